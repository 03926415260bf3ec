/** The first feature of a pair, the second, and what they share. */
export const SIDE_COLORS = { a: '#1f5fa8', b: '#7b3294', shared: '#b2241c' }
