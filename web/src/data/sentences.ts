import type { Lang } from '../api/types'

/**
 * What the server says of files, which is English, and the same in Spanish. A gap takes what the server put in; in the
 * Spanish sentence its number tells which gap it was.
 */
export const SENTENCES: [string, string][] = [
  // Of rows.
  ['same key as row {} ({}); the first was kept', 'misma clave que la fila {1} ({2}); se queda la primera'],
  ['same geometry as row {} ({})', 'misma geometría que la fila {1} ({2})'],
  [
    '{} says {} {}; the geometry measures {} {} (geodesic)',
    '{1} dice {2} {3}; la geometría mide {4} {5} (geodésica)',
  ],
  ['{} m² (geodesic), {} m wide on average', '{1} m² (geodésica), {2} m de ancho medio'],
  [
    '{} says {}; it lies in {} (by the outlines of {})',
    '{1} dice {2}; está en {3} (según los límites de {4})',
  ],
  ['no area is left after the repair', 'no queda área después de repararla'],
  ['{}; geodesic area {} after the repair', '{1}; área geodésica después de reparar: {2}'],
  ['it has no geometry', 'no tiene geometría'],
  ['the geometry cannot be read', 'la geometría no se puede leer'],
  [
    'the geometry has a coordinate that is not a number',
    'la geometría tiene una coordenada que no es un número',
  ],
  ['"{}" and "{}" are not two numbers', '«{1}» y «{2}» no son dos números'],
  ['{}: {}; left empty', '{1}: {2}; quedó vacío'],
  ['"{}" is not a number', '«{1}» no es un número'],
  [
    '{}: "{}" had lost its leading zero; taken as "{}"',
    '{1}: «{2}» había perdido el cero inicial; se toma «{3}»',
  ],
  [
    '{}: "{}" had lost letters before it reached us',
    '{1}: «{2}» tiene letras perdidas; si el archivo es un Shapefile, pruebe la codificación ISO-8859-1',
  ],
  ['{}: "{}" was decoded twice; taken as "{}"', '{1}: «{2}» se había decodificado dos veces; se toma «{3}»'],
  [
    'it has {} corners; at most {} are taken of one feature',
    'tiene {1} vértices; se aceptan hasta {2} por elemento',
  ],
  ['the polygon has fewer than three corners', 'el polígono tiene menos de tres vértices'],
  [
    '{} holds {} characters; at most {} are accepted in one text',
    '{1} tiene {2} caracteres; se aceptan hasta {3}',
  ],
  ['"{}" is not a date (accepted: {})', '«{1}» no es una fecha (se acepta: {2})'],
  ['"{}" is not in the code list ({})', '«{1}» no está en la lista de códigos ({2})'],
  ['"{}" is neither yes nor no', '«{1}» no es ni sí ni no'],
  ['"{}" is not a whole number', '«{1}» no es un número entero'],
  ['it has {} characters; at most {} are accepted', 'tiene {1} caracteres; se aceptan hasta {2}'],
  ['"{}" goes only with state {}, not with {}', '«{1}» solo va con el estado {2}, no con {3}'],
  // Of requests.
  ['sign in first', 'entre primero: la sesión terminó o no empezó'],
  ['the body is larger than this resource takes', 'es más grande de lo que se acepta'],
  ['the file is empty', 'el archivo está vacío'],
  [
    'it was changed since you read it; it is now version {}',
    'cambió desde que lo leyó; va en la versión {1}: vuelva a abrir la página',
  ],
  [
    'the account was changed since you read it; it is now version {}',
    'la cuenta cambió desde que la leyó; va en la versión {1}',
  ],
  [
    'the case has a state from this day already: change that one',
    'el caso ya tiene un estado desde ese día: cambie ese',
  ],
  [
    'there is an institution "{}" already: change it in the list, or choose another code',
    'ya hay una institución «{1}»: cámbiela en la lista, o elija otro código',
  ],
  ['it ended on {}, before it began on {}', 'terminó el {1}, antes de empezar el {2}'],
  ['its state holds from {}, the day of the list', 'su estado vale desde el {1}, el día de la lista'],
  [
    '{}; the coordinates hold, and the units are kept in words',
    '{1}; valen las coordenadas, y lo escrito queda en palabras',
  ],
  ['the coordinates {}, and the department says "{}"', 'las coordenadas {1}, y el departamento dice «{2}»'],
  ['lie in none', 'no están en ninguno'],
  ['lie in {}', 'están en {1}'],
  ['one of the two codes is not there', 'uno de los dos códigos no está'],
  [
    'this day is still to come; what counts then nobody knows',
    'ese día está por venir: nadie sabe qué contará',
  ],
  ['this month is still to come', 'ese mes está por venir'],
  [
    'you look after the accounts of your own institution, except those of system administrators',
    'usted cuida las cuentas de su institución, salvo las de quienes administran el sistema',
  ],
  [
    'you look after the lists and schemes of your own institution',
    'usted cuida las listas y los esquemas de su institución',
  ],
  [
    'the case is of another institution: only its own officers change it',
    'el caso es de otra institución: solo sus oficiales lo cambian',
  ],
  ['there is no such file', 'no hay tal archivo'],
  // Of files.
  [
    'it is not the zip archive such files are, or too large unpacked',
    'no es el archivo comprimido que son estos, o descomprimido es demasiado grande',
  ],
  ['{} holds no rows in {}: there is nothing to import', '{1} no tiene filas: no hay nada que traer'],
  ['{} does not hold {}: {}', '{1} no contiene {2}: {3}'],
  ['it begins with {}', 'empieza con {1}'],
  ['it is {}, whatever its name says', 'es {1}, diga lo que diga su nombre'],
  ['a PDF document', 'un documento PDF'],
  ['a zip archive or a spreadsheet (.xlsx)', 'un archivo comprimido o una hoja de cálculo (.xlsx)'],
  ['an old spreadsheet or document (.xls, .doc)', 'una hoja de cálculo o un documento antiguos (.xls, .doc)'],
  ['a picture', 'una imagen'],
  [
    'line {} opens a quotation mark that is never closed',
    'la línea {1} abre unas comillas que nunca se cierran',
  ],
  ['line {} holds a NUL character (U+0000)', 'la línea {1} contiene un carácter nulo (U+0000)'],
  [
    '{} is empty (0 bytes): the copy or download probably failed',
    '{1} está vacío (0 bytes): la copia o la descarga debe de haber fallado',
  ],
  [
    'the extension of {} is not one we read; accepted are {}',
    'la extensión de {1} no es de las que se leen; se aceptan {2}',
  ],
  [
    '{} lacks its {} file, which must lie beside it under the same name',
    'a {1} le falta su archivo {2}, que debe estar junto a él con el mismo nombre',
  ],
  ['{} cannot be unpacked: {}', '{1} no se puede descomprimir: {2}'],
  [
    'it would unpack to {} MiB, beyond what is accepted',
    'descomprimido ocuparía {1} MiB, más de lo que se acepta',
  ],
  [
    '{} must hold exactly one data file (such as one shapefile) but holds {}',
    '{1} debe contener un solo archivo de datos (por ejemplo un Shapefile), pero contiene {2}',
  ],
  [
    '{}; say --source-layer with the name of one of them',
    '{1}; diga en --source-layer el nombre de uno de ellos',
  ],
  [
    '{} line {} is not UTF-8 ("{}"); say --encoding ISO-8859-1 (Latin-1, usual in older Peruvian files) or the encoding it was written in',
    'la línea {2} de {1} no está en UTF-8 («{3}»); diga en --encoding ISO-8859-1 (Latin-1, usual en archivos peruanos antiguos) o la codificación con que se escribió',
  ],
  [
    '{} {} is not UTF-8 ("{}"); say --encoding ISO-8859-1 (Latin-1, usual in older Peruvian files) or the encoding it was written in',
    '{1} {2} no está en UTF-8 («{3}»); diga en --encoding ISO-8859-1 (Latin-1, usual en archivos peruanos antiguos) o la codificación con que se escribió',
  ],
  [
    '{} holds several tables; say --source-layer with one of: {}',
    '{1} tiene varias tablas; diga en --source-layer una de: {2}',
  ],
  ['{} has no table "{}"; it has: {}', '{1} no tiene la tabla «{2}»; tiene: {3}'],
  [
    '{} states no reference system{}; say --source-crs with its EPSG code, such as 4326 (WGS 84 degrees), 32717 to 32719 (WGS 84 UTM) or 24877 to 24879 (PSAD56 UTM)',
    '{1} no dice su sistema de referencia; diga en --source-crs su código EPSG, como 4326 (WGS 84 en grados), 32717 a 32719 (WGS 84 UTM) o 24877 a 24879 (PSAD56 UTM)',
  ],
  [
    'the coordinates of {} (such as {}, {}) are not degrees, but {} is in degrees; say --source-crs with the EPSG code they are in, such as 32718 or 24878',
    'las coordenadas de {1} (como {2}, {3}) no son grados, pero {4} está en grados; diga en --source-crs el código EPSG en que están, como 32718 o 24878',
  ],
  [
    'the coordinates of {} (such as {}, {}) look like degrees, but {} is in metres; say --source-crs 4326 if they are WGS 84',
    'las coordenadas de {1} (como {2}, {3}) parecen grados, pero {4} está en metros; diga en --source-crs 4326 si son WGS 84',
  ],
  [
    'no column of {} can be taken for the field {} of {}; its columns are: {}; accepted are {}',
    'ninguna columna de {1} corresponde al campo {2}; sus columnas son: {4}. Elija abajo de qué columna sale cada campo',
  ],
  [
    '{} has no column {}, which was told for {}; its columns are: {}',
    '{1} no tiene la columna {2}, que se dijo para {3}; sus columnas son: {4}',
  ],
  [
    '{} has neither geometry nor coordinate columns; its columns are: {}; accepted are pairs such as longitud and latitud, lon and lat, este and norte, x and y, or one column WKT',
    '{1} no tiene geometría ni columnas de coordenadas; sus columnas son: {2}. Elija abajo las de longitud y latitud (o este y norte)',
  ],
  [
    '{} breaks off: {} of {} rows could be read ({}); get a complete copy',
    '{1} está incompleto: se leyeron {2} de {3} filas ({4}); consiga una copia completa',
  ],
  [
    'none of the {} rows of {} can be taken; the first: row {}: {}',
    'no se puede tomar ninguna de las {1} filas de {2}; la primera: fila {3}: {4}',
  ],
  [
    '{} is called like the known source {}, whose features it would replace; if it is that, say --preset {}, else --source with another name',
    '{1} se llama como la fuente conocida {2}, y reemplazaría lo suyo; si es esa, diga en --preset {3}; si no, otro nombre en --source',
  ],
  [
    '{} would replace the features of the source {}, which came from {}; say --source {} if that is meant, or --source with another name to keep both',
    '{1} reemplazaría lo de la fuente {2}, que vino de {3}; diga {4} en --source si es lo que quiere, u otro nombre para tener ambas',
  ],
  [
    '{} lacks {} of the {} features that the source {} has, and they would be removed; say --source {} if that is meant, or --source with another name to keep both',
    'a {1} le faltan {2} de los {3} elementos de la fuente {4}, y se quitarían; diga {5} en --source si es lo que quiere, u otro nombre para tener ambas',
  ],
  [
    '{} of {} features lie more than 2 degrees outside Peru (the first: row {}, {}, {}); probably axes are swapped or the reference system is another: say --source-crs EPSG:n, or --allow-outside if they are right',
    '{1} de {2} elementos están a más de 2 grados fuera del Perú (el primero: fila {3}, {4}); casi siempre los ejes están cambiados o el sistema de referencia es otro: dígalo en --source-crs, elija abajo las columnas al revés si es una tabla, o pida el archivo de nuevo',
  ],
  [
    'the layer was changed since the file was examined, and it would do something else now: examine it again',
    'la capa cambió desde que se examinó el archivo, y ahora haría otra cosa: examínelo de nuevo',
  ],
  [
    '{} lies in the future; say the day the data is of, at the latest today ({})',
    '{1} está en el futuro; diga el día al que corresponden los datos, a más tardar hoy ({2})',
  ],
  [
    'the file is of {}, but the source {} already has a vintage of {}, which it would replace; vintages come in the order of their days: take the newer one back first (rimay rollback), or name another --source',
    'el archivo es del {1}, pero la fuente {2} ya tiene una entrega del {3}; las entregas llegan en el orden de sus días: deshaga primero la más nueva, o diga otra en --source',
  ],
  // Of reference systems.
  ['none needed: already WGS 84', 'ninguna: ya está en WGS 84'],
  ['none needed: WGS 84 projected', 'ninguna: WGS 84 proyectado'],
  ['none needed: no row has a place', 'ninguna: ninguna fila tiene lugar'],
  ['{}, EPSG:{}, accuracy {} m', '{1}, EPSG:{2}, exactitud {3} m'],
  ['{} as told; the file says {}', '{1}, como se dijo; el archivo dice: {2}'],
  ['none; {} assumed by preset {}', 'ninguno; {1}, supuesto por la fuente conocida {2}'],
]

/** Flags of the command line, and what the fields of the page are called. */
const FLAGS: Record<string, Record<Lang, string>> = {
  '--source-crs': { es: '«Sistema de referencia»', en: '“Reference system”' },
  '--source-layer': { es: '«Tabla u hoja»', en: '“Table or sheet”' },
  '--source': { es: '«Fuente»', en: '“Source”' },
  '--encoding': { es: '«Codificación del texto»', en: '“Encoding of the text”' },
  '--operation': { es: '«Operación de datum»', en: '“Datum operation”' },
  '--preset': { es: '«Fuente conocida»', en: '“Known source”' },
  '--allow-outside': {
    es: '«Aceptar elementos fuera del Perú»',
    en: '“Accept features outside Peru”',
  },
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const patterns = SENTENCES.map(([english, spanish]): [RegExp, string] => [
  new RegExp(`^${english.split('{}').map(escaped).join('(.*?)')}$`, 's'),
  spanish,
])

function inSpanish(text: string): string | null {
  for (const [pattern, spanish] of patterns) {
    const gaps = pattern.exec(text)
    // What fills a gap may be a sentence of its own.
    if (gaps)
      return spanish.replace(
        /\{(\d)\}/g,
        (_, at) => inSpanish(gaps[Number(at)] ?? '') ?? gaps[Number(at)] ?? '',
      )
  }
  return null
}

/** What the server said, in the page's language where we know how, and the language it is in now. */
export function said(text: string, lang: Lang): { text: string; lang: Lang } {
  const spanish = lang === 'es' ? inSpanish(text) : null
  const shown = (spanish ?? text).replace(/--[a-z-]+/g, (flag) => FLAGS[flag]?.[lang] ?? flag)
  return { text: shown, lang: spanish ? 'es' : 'en' }
}
