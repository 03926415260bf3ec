/** The texts of the help in Spanish, fetched when it is opened; the other dictionaries have the same shape. */
export const es = {
  signs: 'Números, círculos y colores',
  signsList: [
    'El color y la forma de cada símbolo son el estado del caso: vea la leyenda en Capas y leyenda.',
    'Un anillo con un número reúne ese número de casos cercanos; sus arcos dicen cuántos hay de cada estado. Un punto rojo dice que alguno está en crisis; el anillo lleno, que lo está uno de cada cuatro o más. Al elegirlo se listan, y al acercar el mapa se separan.',
    'Cuando los casos son muchos, el país se ve por departamentos: al elegir uno se ven sus casos. Un caso que está en varios cuenta en cada uno.',
    'Un círculo de puntos dice que la ubicación es aproximada: el punto representa una zona, o la fuente no dice qué tan exacto es.',
    'Los números junto a los estados son casos de todo el país o del departamento elegido; el de cada capa es su total. La lista cuenta lo que está en la vista del mapa.',
    'Los filtros valen solo para los casos.',
  ],
  meanings: 'Qué significan los estados y las fases',
  meaningsNote: 'Según los términos de los reportes de la Defensoría del Pueblo.',
  states: {
    activo: 'Hay demandas públicas de alguna de las partes o de terceros.',
    latente: 'Hay motivos de conflicto que no se expresan, o que dejaron de expresarse.',
    resuelto: 'Las partes aceptaron una solución, o una norma o resolución le puso fin.',
    retirado: 'Salió del registro porque no se ha expresado en mucho tiempo.',
  } as Record<string, string>,
  phases: {
    temprana: 'Las partes expresan su posición y sus demandas.',
    escalamiento: 'Crecen la tensión y la desconfianza; puede haber hechos de violencia.',
    crisis: 'La contradicción se expresa con violencia.',
    desescalamiento: 'Bajan la intensidad y la violencia; se acerca el diálogo.',
    dialogo: 'Las partes buscan acuerdos, con terceros o sin ellos.',
  } as Record<string, string>,
  limits: 'Lo que el mapa no muestra',
  limitsList: [
    'Lo que la fuente cargada no recoge: un lugar sin casos no es un lugar sin conflictos. Cada lista dice según quién es.',
    'La fecha de los datos, cuando la fuente no la indica. La fecha de carga dice solo cuándo llegaron aquí.',
    'Los casos sin ubicación: están al final de la lista y no en el mapa.',
    'El sitio exacto de un caso de ubicación aproximada: lo que hay bajo su punto puede no ser lo que hay en el lugar.',
    'Lo que hay fuera de la zona que cubre una capa.',
  ],
  tour: {
    map: {
      title: 'El mapa',
      text: 'Cada signo es un caso, un grupo o, donde son muchos, un departamento; forma y color dicen el estado. Elija uno para ver su ficha, o cualquier punto para saber qué hay allí.',
    },
    filters: {
      title: 'Filtros, capas y leyenda',
      text: 'Elija estado, gravedad, departamento o según quién se cuenta. «Qué cambió» compara con una fecha. Abajo se encienden concesiones, comunidades y cuencas.',
    },
    time: {
      title: 'Cuándo',
      text: 'Arrastre sobre las barras, o escriba dos fechas, para ver solo los casos en los que pasó algo en ese tiempo.',
    },
    list: {
      title: 'La lista',
      text: 'Dice lo mismo que el mapa, en palabras. Al final se la lleva como CSV o GeoJSON, o copia el enlace y la consulta.',
    },
    take: {
      title: 'Para llevar',
      text: 'Arriba: cruces con hectáreas, el registro de casos, los datos y la ayuda. El enlace de la barra de direcciones guarda lo que ve; la impresora del mapa hace una lámina.',
    },
  },
  aboutTitle: 'Acerca de Rimay',
  aboutToMap: 'Volver al mapa',
  aboutText: [
    'Rimay («hablar», en quechua) reúne en un mapa los conflictos sociales del Perú y lo que hay bajo ellos: cuencas, concesiones mineras, territorios de comunidades y límites.',
    'Siete instituciones llevan cada una su registro de casos, con palabras y cuentas propias. Aquí cada cifra dice según quién se cuenta, con qué versión de su esquema y a qué fecha.',
    'Los lugares de personas protegidas no se publican: se muestra una zona, o nada.',
  ],
  aboutSources: 'De dónde vienen los datos',
  aboutLayer: 'Capa',
  aboutCount: 'Elementos',
  aboutLoaded: 'Cargado el',
  aboutEmpty: (names: string) => `Todavía sin datos: ${names}.`,
  glossary: [
    {
      term: 'Caso',
      meaning: 'Una disputa que una institución registra. La misma disputa puede estar en varios registros.',
    },
    {
      term: 'Hecho',
      meaning:
        'Algo que pasó en un caso un día: una protesta, una reunión, un acto de violencia, una noticia.',
    },
    {
      term: 'Estado',
      meaning: 'Activo, latente, resuelto o retirado, según los reportes de la Defensoría del Pueblo.',
    },
    {
      term: 'Fase',
      meaning:
        'Momento de un caso activo: temprana, escalamiento, crisis, desescalamiento o diálogo. Un caso latente no tiene fase.',
    },
    {
      term: 'Gravedad',
      meaning:
        'Cinco niveles que salen del estado y la fase: crisis (muy alta), escalamiento (alta), temprana o sin fase conocida (media), desescalamiento o diálogo (baja) y latente.',
    },
    {
      term: 'Esquema',
      meaning:
        'Qué casos cuenta una institución: condiciones publicadas, con versión. Por eso dos cifras del mismo mes difieren.',
    },
    {
      term: 'Ubicación aproximada',
      meaning:
        'El punto representa un distrito, una provincia o un departamento, o la fuente no dice qué tan exacto es.',
    },
    {
      term: 'Concesión minera',
      meaning:
        'Derecho a explorar y explotar minerales en un área. No es permiso de uso de la tierra ni dice que haya mina.',
    },
    {
      term: 'Hectáreas legales y geodésicas',
      meaning:
        'Las legales se miden en la cuadrícula UTM del título; las geodésicas, sobre el elipsoide. Difieren hasta en 2 por mil.',
    },
    {
      term: 'Comunidad campesina o nativa',
      meaning:
        'Forma de organización reconocida por ley, con o sin tierras tituladas. No figurar aquí no quita derechos.',
    },
    { term: 'Cuenca', meaning: 'Unidad hidrográfica de la ANA, con código Pfafstetter.' },
    {
      term: 'UBIGEO',
      meaning:
        'Código de seis dígitos de departamento, provincia y distrito. INEI, RENIEC y SUNAT usan códigos distintos.',
    },
    {
      term: 'Dato sintético o de demostración',
      meaning: 'Inventado o redactado para mostrar el sistema: no es un registro oficial.',
    },
    {
      term: 'Revisión',
      meaning: 'Número de los datos con que se hizo lo que ve. Con el mismo número, todos ven lo mismo.',
    },
  ],
  guide: 'Guía de uso completa',
  keyboard: 'Teclado',
  shortcutsSwitch: 'Atajos de una sola letra',
  shortcutMap: 'Ir al mapa',
  shortcutList: 'Ir a la lista',
  shortcutFilters: 'Ir a los filtros',
  shortcutSearch: 'Buscar',
  shortcutStep: 'Elemento anterior y siguiente de la lista',
  shortcutEscape: 'Cerrar la ficha o la búsqueda',
  shortcutHelp: 'Esta ayuda',
  shortcutArrows: 'Mover el mapa',
  shortcutZoom: 'Acercar y alejar',
  shortcutEnter: 'Elegir lo que está bajo la cruz',
  about: 'Cada dato lleva su fuente y su licencia. Las áreas y los nombres son los que declara la fuente.',
}

export type HelpTexts = typeof es
