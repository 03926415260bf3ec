/** Colours of the basemap and of the marks that sit on it; data colours come from the catalogue. */
export interface Tones {
  sea: string
  land: string
  peru: string
  border: string
  coast: string
  department: string
  water: string
  label: string
  labelSoft: string
  labelSea: string
  labelCase: string
  halo: string
  selection: string
  selectionCase: string
}

const light: Tones = {
  sea: '#d9e5ea',
  land: '#ebece8',
  peru: '#fbfaf6',
  border: '#a9b4b9',
  coast: '#b9c8ce',
  department: '#dcdfde',
  water: '#c3d8e0',
  label: '#4d5a64',
  labelSoft: '#5f6a71',
  labelSea: '#4a6875',
  labelCase: '#18222c',
  halo: '#fbfaf6',
  selection: '#0b5c63',
  selectionCase: '#ffffff',
}

const dark: Tones = {
  sea: '#0c1318',
  land: '#141c21',
  peru: '#1b252c',
  border: '#47565f',
  coast: '#2c3a42',
  department: '#313e47',
  water: '#10202a',
  label: '#b3c0c8',
  labelSoft: '#82909a',
  labelSea: '#7d97a4',
  labelCase: '#f1f5f7',
  halo: '#141c21',
  selection: '#74d7d3',
  selectionCase: '#0c1318',
}

export const tonesOf = (isDark: boolean) => (isDark ? dark : light)
