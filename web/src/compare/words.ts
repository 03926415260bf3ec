import { computed } from '@preact/signals'
import { lang } from '../i18n'

const es = {
  title: 'Dos fechas, lado a lado',
  toMap: 'Volver al mapa',
  intro:
    'Los casos del mapa como estaban en cada fecha, según los hechos que se conocen hoy. Los dos mapas se mueven juntos.',
  before: 'Antes',
  after: 'Después',
  today: 'Hoy',
  on: (day: string) => `Al ${day}`,
  cases: (n: number) => (n === 1 ? '1 caso' : `${n} casos`),
  inDepartment: (name: string) => `Solo ${name}`,
  everywhere: 'Ver todo el país',
  changed: 'Qué cambió entre las dos fechas',
  nothing: 'Ningún caso cambió de estado o de fase.',
  swapped: 'La primera fecha es posterior a la segunda.',
  loading: 'Cargando…',
  noMap: 'Este navegador no puede dibujar mapas; las cifras y la lista funcionan igual.',
  mapOf: (day: string) => `Mapa de los casos al ${day}`,
  data: (revision: string) => `Datos ${revision}.`,
  kind: 'Cambio',
  name: 'Caso',
  standing: 'Cómo estaba y cómo está',
  cameAndWent: (n: number) =>
    n === 1
      ? 'Además, 1 caso comenzó y terminó entre las dos fechas.'
      : `Además, ${n} casos comenzaron y terminaron entre las dos fechas.`,
  more: (shown: number, all: number) => `Se muestran ${shown} de ${all}.`,
}

const en: typeof es = {
  title: 'Two dates, side by side',
  toMap: 'Back to the map',
  intro:
    'The cases of the map as they stood on each date, by the facts that are known today. Both maps move together.',
  before: 'Before',
  after: 'After',
  today: 'Today',
  on: (day) => `On ${day}`,
  cases: (n) => (n === 1 ? '1 case' : `${n} cases`),
  inDepartment: (name) => `${name} only`,
  everywhere: 'See the whole country',
  changed: 'What changed between the two dates',
  nothing: 'No case changed its state or phase.',
  swapped: 'The first date is later than the second.',
  loading: 'Loading…',
  noMap: 'This browser cannot draw maps; the figures and the list work all the same.',
  mapOf: (day) => `Map of the cases on ${day}`,
  data: (revision) => `Data ${revision}.`,
  kind: 'Change',
  name: 'Case',
  standing: 'How it stood and how it stands',
  cameAndWent: (n) =>
    n === 1
      ? '1 more case began and ended between both dates.'
      : `${n} more cases began and ended between both dates.`,
  more: (shown, all) => `Shown are ${shown} of ${all}.`,
}

export const compareWords = computed(() => (lang.value === 'en' ? en : es))
