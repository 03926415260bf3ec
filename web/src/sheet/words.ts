import { computed } from '@preact/signals'
import { lang } from '../i18n'

const es = {
  title: 'Lámina para imprimir',
  toMap: 'Volver al mapa',
  heading: 'Título de la lámina',
  usual: 'Conflictos sociales en el Perú',
  usualIn: (department: string) => `Conflictos sociales en ${department}`,
  paper: 'Papel',
  orientation: 'Orientación',
  landscape: 'Horizontal',
  portrait: 'Vertical',
  print: 'Imprimir o guardar como PDF',
  ready: 'La lámina está lista.',
  drawing: 'Dibujando el mapa a la resolución de impresión…',
  noMap: 'Este navegador no puede dibujar el mapa: la lámina necesita WebGL2.',
  hint: 'Mueva y acerque el mapa para encuadrarlo. La dirección guarda el encuadre.',
  legend: 'Leyenda',
  filters: 'Se muestran',
  allCases: 'todos los casos',
  cases: (n: string, all: string) => `${n} de ${all} casos`,
  inFrame: (n: string) => `${n} de ellos en el encuadre`,
  sources: 'Fuentes',
  stamp: (day: string, revision: string) => `Impreso el ${day} · datos de la revisión ${revision}`,
  approximate:
    'Los puntos con círculo son aproximados. Un lugar sin casos no es un lugar sin conflictos: el mapa muestra lo que recogen las fuentes.',
  north: 'Norte arriba. Proyección Mercator: la escala vale en el centro del mapa.',
}

const en: typeof es = {
  title: 'Sheet to print',
  toMap: 'Back to the map',
  heading: 'Title of the sheet',
  usual: 'Social conflicts in Peru',
  usualIn: (department) => `Social conflicts in ${department}`,
  paper: 'Paper',
  orientation: 'Orientation',
  landscape: 'Landscape',
  portrait: 'Portrait',
  print: 'Print or save as PDF',
  ready: 'The sheet is ready.',
  drawing: 'Drawing the map at the resolution of print…',
  noMap: 'This browser cannot draw the map: the sheet needs WebGL2.',
  hint: 'Move the map and come closer to frame it. The address keeps the frame.',
  legend: 'Legend',
  filters: 'Shown are',
  allCases: 'all cases',
  cases: (n, all) => `${n} of ${all} cases`,
  inFrame: (n) => `${n} of them within the frame`,
  sources: 'Sources',
  stamp: (day, revision) => `Printed on ${day} · data of revision ${revision}`,
  approximate:
    'Points with a circle are approximate. A place without cases is not a place without conflicts: the map shows what the sources collect.',
  north: 'North is up. Mercator projection: the scale holds at the centre of the map.',
}

export const sheetWords = computed(() => (lang.value === 'en' ? en : es))
