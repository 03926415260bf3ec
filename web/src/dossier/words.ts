import { computed } from '@preact/signals'
import { lang } from '../i18n'

const es = {
  title: 'Expediente',
  toMap: 'Ver el mapa',
  loading: 'Reuniendo lo que se sabe…',
  failed: (why: string) => `No se pudo: ${why}`,
  badAddress:
    'La dirección debe decir de qué trata: ?capa=mining_concessions&id=1, con una capa del catálogo y el número de un elemento; o ?v= y el nombre de una consulta sobre un área.',
  known: (when: string) => `Según lo que se sabía el ${when} (hora del Perú).`,
  asOf: (day: string) => `Como estaba el ${day}.`,
  synthetic: 'sintético',
  syntheticAll: 'Hay datos sintéticos, que no existen',
  print: 'Imprimir o guardar como PDF',
  link: 'Copiar enlace',
  map: 'Croquis con lo que se cruza',
  mapNote: 'Croquis en grados (WGS 84); no es un plano. De cada capa se dibujan a lo más 30 elementos.',
  left: (layer: string, count: number) => `${layer}: faltan ${count}, los que menos comparten.`,
  noPlace: 'No tiene lugar en el mapa.',
  overlaps: 'Lo que se cruza con él',
  areaSize: 'Área (geodésica, elipsoide WGS 84)',
  none: 'Nada.',
  noData: 'Aquí no hay datos de esta capa.',
  conflictsNote:
    'Los lugares de los casos son los que da su fuente, muchas veces aproximados. Que no haya ninguno no prueba que no haya conflictos.',
  kind: 'Cómo se cruzan',
  summary: (pairs: string, sum: string, covered: string | null, share: string | null) =>
    `${pairs} en total. Suma de los pares: ${sum} ha geodésicas.${covered === null ? '' : ` Área cubierta, cada lugar una vez: ${covered} ha${share === null ? '' : `, ${share} % de este`}.`}`,
  what: 'Nombre y código',
  category: 'Situación',
  percentOwn: '% de este',
  percentOther: '% del otro',
  conflictsNear: 'Conflictos dentro / a 5 km',
  first: { a: 'este', b: 'el otro', same_day: 'el mismo día' } as Record<string, string>,
  shown: (some: string, all: string) => `Se muestran ${some} de ${all}; todos, en la consulta.`,
  answer: 'Consulta permanente:',
  near: 'Lo que está cerca',
  conflicts: 'Conflictos sociales a 5 km o menos',
  downstream: 'Comunidades aguas abajo',
  downstreamNote:
    'Territorios en unidades hidrográficas aguas abajo, por su código Pfafstetter. Solo dentro de una misma cuenca: entre tramos de la costa o de la orilla de un lago el código no lo dice. Que no haya ninguna no prueba que no las haya: las capas pueden estar incompletas.',
  distance: 'Distancia (m)',
  sources: 'Fuentes',
  layer: 'Capa',
  source: 'Fuente',
  validOn: 'Vigente al',
  received: 'Recibida el',
  file: 'Archivo',
  datum: 'Operación de datum',
  licence: 'Licencia',
  notTold: 'no se dijo',
  method: 'Método',
  methodText: [
    'Las áreas geodésicas son sobre el elipsoide WGS 84, con geodésicas entre vértices (Karney 2013). Las hectáreas UTM son planas en la zona que declara la fuente, o en la más cercana: es la medida legal de una concesión.',
    'Un cruce más angosto que la exactitud de ambas fuentes, con la de su operación de datum, se llama «dentro de la tolerancia». Es ínfimo si mide menos de 0.1 ha o menos de un metro de ancho medio.',
    'La suma de los pares cuenta dos veces un lugar donde se superponen dos elementos; el área cubierta lo cuenta una vez. Quién fue primero compara la fecha del petitorio con la de la resolución; la prioridad legal entre derechos depende también de la hora, la clase y el estado.',
  ],
  notProof:
    'Este expediente no prueba afectación, consulta previa ni mejor derecho, ni reemplaza a los registros oficiales: dice dónde mirar, con qué datos y de qué fecha. Que una comunidad no figure no significa que carezca de derechos.',
}

export type DossierWords = typeof es

const en: DossierWords = {
  title: 'Dossier',
  toMap: 'See the map',
  loading: 'Gathering what is known…',
  failed: (why) => `It could not be done: ${why}`,
  badAddress:
    'The address must say what it is about: ?capa=mining_concessions&id=1, with a layer of the catalogue and the number of a feature; or ?v= and the name of an answer about an area.',
  known: (when) => `As it was known on ${when} (Peruvian time).`,
  asOf: (day) => `As it was on ${day}.`,
  synthetic: 'synthetic',
  syntheticAll: 'There are synthetic data here, which do not exist',
  print: 'Print or save as PDF',
  link: 'Copy link',
  map: 'Sketch with what overlaps',
  mapNote: 'A sketch in degrees (WGS 84), no survey plan. Of each layer at most 30 features are drawn.',
  left: (layer, count) => `${layer}: ${count} are left out, those that share least.`,
  noPlace: 'It has no place on the map.',
  overlaps: 'What overlaps it',
  areaSize: 'Area (geodesic, ellipsoid of WGS 84)',
  none: 'Nothing.',
  noData: 'There are no data of this layer here.',
  conflictsNote:
    'Places of cases are those their source gives, often approximate. That there are none does not prove that there is no conflict.',
  kind: 'How they overlap',
  summary: (pairs, sum, covered, share) =>
    `${pairs} in all. Sum over pairs: ${sum} ha geodesic.${covered === null ? '' : ` Area covered, each place once: ${covered} ha${share === null ? '' : `, ${share} % of this`}.`}`,
  what: 'Name and code',
  category: 'Status',
  percentOwn: '% of this',
  percentOther: '% of the other',
  conflictsNear: 'Conflicts inside / within 5 km',
  first: { a: 'this one', b: 'the other', same_day: 'the same day' },
  shown: (some, all) => `${some} of ${all} are shown; all of them in the answer.`,
  answer: 'Permanent answer:',
  near: 'What is near it',
  conflicts: 'Social conflicts within 5 km',
  downstream: 'Communities downstream',
  downstreamNote:
    'Territories in hydrographic units downstream, by their Pfafstetter codes. Only inside one basin: between pieces of the coast or of a lake shore the codes do not tell. That there are none proves nothing: the layers may be incomplete.',
  distance: 'Distance (m)',
  sources: 'Sources',
  layer: 'Layer',
  source: 'Source',
  validOn: 'Valid on',
  received: 'Received on',
  file: 'File',
  datum: 'Datum operation',
  licence: 'Licence',
  notTold: 'not told',
  method: 'Method',
  methodText: [
    'Geodesic areas are on the ellipsoid of WGS 84, with geodesics between vertices (Karney 2013). UTM hectares are planar in the zone that the source states, or in the nearest one: they are the legal measure of a concession.',
    'An overlap narrower than both sources are accurate, their datum operations included, is called “within tolerance”. It is a sliver where it is smaller than 0.1 ha or less than a metre wide on average.',
    'The sum over pairs counts a place twice where two features lie on one another; the area covered counts it once. Who came first compares the date of the claim with that of the resolution; legal priority between rights also depends on the hour, the kind and the state.',
  ],
  notProof:
    'This dossier proves neither harm nor prior consultation nor the better right, and takes the place of no official register: it says where to look, with which data and of which date. That a community is missing does not mean that it lacks rights.',
}

export const dossierWords = computed(() => (lang.value === 'en' ? en : es))
