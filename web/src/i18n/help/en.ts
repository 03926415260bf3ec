import type { HelpTexts } from './es'

export const en: HelpTexts = {
  signs: 'Numbers, circles and colours',
  signsList: [
    'The colour and the shape of each sign are the state of the case: see the legend under Layers and legend.',
    'A ring with a number stands for that many cases close together; its arcs say how many there are of each state. A red dot says that one of them is in crisis; a filled ring, that one in four or more are. Choosing it lists them, and zooming in sets them apart.',
    'Where cases are many, the country is told by department: choosing one shows its cases. A case that lies in several counts in each.',
    'A dotted circle says that the place is approximate: the point stands for an area, or the source does not say how exact it is.',
    'The numbers beside the states are cases of the whole country or of the chosen department; that of each layer is its total. The list counts what the map has in view.',
    'Filters apply to cases only.',
  ],
  meanings: 'What the states and phases mean',
  meaningsNote: 'In the terms of the reports of the Ombudsman’s Office.',
  states: {
    activo: 'One of the parties, or others, make demands in public.',
    latente: 'There are grounds for conflict that are not voiced, or no longer are.',
    resuelto: 'The parties accepted a solution, or a rule or resolution ended it.',
    retirado: 'It left the register because it has not been voiced for a long time.',
  },
  phases: {
    temprana: 'The parties state their positions and demands.',
    escalamiento: 'Tension and distrust grow; there may be violence.',
    crisis: 'The contradiction is expressed through violence.',
    desescalamiento: 'Intensity and violence decrease; dialogue comes closer.',
    dialogo: 'The parties seek agreements, with or without third parties.',
  },
  limits: 'What the map does not show',
  limitsList: [
    'What the loaded source does not record: a place without cases is not a place without conflicts. Each list says according to whom it is.',
    'The date of the data, when the source does not state it. The loading date only says when they arrived here.',
    'Cases without a place: they are at the end of the list and not on the map.',
    'The exact site of a case whose place is approximate: what lies under its point may not be what lies there.',
    'What lies outside the area that a layer covers.',
  ],
  tour: {
    map: {
      title: 'The map',
      text: 'Each sign is a case, a group or, where they are many, a department; shape and colour tell the state. Choose one to see its card, or any place to learn what is there.',
    },
    filters: {
      title: 'Filters, layers and legend',
      text: 'Choose a state, severity, department, or by whom cases are counted. “What changed” compares with a date. Below, switch on concessions, communities and watersheds.',
    },
    time: {
      title: 'When',
      text: 'Drag over the bars, or write two dates, to see only the cases in which something happened in that time.',
    },
    list: {
      title: 'The list',
      text: 'It says the same as the map, in words. At its end, take it as CSV or GeoJSON, or copy the link and the query.',
    },
    take: {
      title: 'To take along',
      text: 'Above: overlaps in hectares, the register of cases, the data and the help. The link in the address bar keeps what you see; the printer on the map makes a sheet.',
    },
  },
  aboutTitle: 'About Rimay',
  aboutToMap: 'Back to the map',
  aboutText: [
    'Rimay (“to speak”, in Quechua) brings the social conflicts of Peru and what lies under them onto one map: watersheds, mining concessions, territories of communities, and boundaries.',
    'Seven institutions keep a register of cases each, with words and counts of their own. Here each figure says by whom it is counted, with which version of their scheme, and as of when.',
    'Places of protected people are not published: an area is shown, or nothing.',
  ],
  aboutSources: 'Where the data come from',
  aboutLayer: 'Layer',
  aboutCount: 'Features',
  aboutLoaded: 'Loaded on',
  aboutEmpty: (names) => `Without data as yet: ${names}.`,
  glossary: [
    {
      term: 'Case',
      meaning: 'A dispute that an institution records. The same dispute may be in several registers.',
    },
    {
      term: 'Event',
      meaning: 'Something that happened in a case on a day: a protest, a meeting, an act of violence, news.',
    },
    {
      term: 'State',
      meaning: 'Active, dormant, resolved or withdrawn, as in the reports of the Ombudsman’s Office.',
    },
    {
      term: 'Phase',
      meaning:
        'Moment of an active case: early, escalation, crisis, de-escalation or dialogue. A dormant case has none.',
    },
    {
      term: 'Severity',
      meaning:
        'Five steps that follow from state and phase: crisis (very high), escalation (high), early or no phase known (medium), de-escalation or dialogue (low), and dormant.',
    },
    {
      term: 'Scheme',
      meaning:
        'Which cases an institution counts: published conditions, with a version. That is why two figures of one month differ.',
    },
    {
      term: 'Approximate place',
      meaning:
        'The point stands for a district, a province or a department, or the source does not say how exact it is.',
    },
    {
      term: 'Mining concession',
      meaning:
        'A right to explore and mine in an area. It is no permit to use the land, nor does it say that there is a mine.',
    },
    {
      term: 'Legal and geodesic hectares',
      meaning:
        'Legal ones are measured on the UTM grid of the title; geodesic ones on the ellipsoid. They differ by up to 2 in a thousand.',
    },
    {
      term: 'Peasant or native community',
      meaning:
        'A form of organisation that the law recognises, with or without titled land. Not to be here takes no right away.',
    },
    {
      term: 'Watershed',
      meaning: 'Hydrographic unit of the water authority (ANA), with its Pfafstetter code.',
    },
    {
      term: 'UBIGEO',
      meaning:
        'Six-digit code of department, province and district. INEI, RENIEC and SUNAT use different codes.',
    },
    {
      term: 'Synthetic or demonstration data',
      meaning: 'Invented, or written to show the system: no official register.',
    },
    {
      term: 'Revision',
      meaning: 'Number of the data that what you see was made of. With the same number, all see the same.',
    },
  ],
  guide: 'Complete user guide',
  keyboard: 'Keyboard',
  shortcutsSwitch: 'Single-letter shortcuts',
  shortcutMap: 'Go to the map',
  shortcutList: 'Go to the list',
  shortcutFilters: 'Go to the filters',
  shortcutSearch: 'Search',
  shortcutStep: 'Previous and next item of the list',
  shortcutEscape: 'Close the card or the search',
  shortcutHelp: 'This help',
  shortcutArrows: 'Move the map',
  shortcutZoom: 'Zoom in and out',
  shortcutEnter: 'Choose what is under the cross',
  about: 'Every datum carries its source and licence. Areas and names are those the source states.',
}
