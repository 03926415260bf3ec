import { batch, computed, effect, signal } from '@preact/signals'
import { lang } from '../i18n'
import { CASES, layerById, layers } from './catalogue'
import { comparedSince } from './changes'
import { departmentMeant, goToDepartment, knownDepartments } from './departments'
import {
  caseOrder,
  chosenDepartment,
  chosenInstitution,
  chosenLayers,
  chosenPeriod,
  chosenScheme,
  chosenSeverities,
  chosenStates,
  chosenType,
  listLayer,
  opacities,
} from './filters'
import { browserLanguage, speakOrStay, usualLanguage } from './language'
import { STATES } from './palette'
import { chosenGrouping } from './panorama'
import { choicesIn, formatHash, formatQuery, type Known, type LinkState, parseLink } from './permalink'
import { schemes } from './schemes'
import { searchText } from './search'
import { linkedSelection, selection, steppedTo } from './selection'
import { recall, remember } from './storage'
import { chosenView, returnTo } from './view'

/** Parts of the link that were dropped, until the reader dismisses the notice. */
export const droppedFromLink = signal<string[]>([])

const known = (): Known => ({
  layers: layers.value.map((layer) => layer.id),
  states: STATES,
  types:
    layerById(CASES)
      ?.fields.find(({ name }) => name === 'type')
      ?.codes.map(({ code }) => code) ?? [],
  defaultList: CASES,
  usualLanguage: usualLanguage(),
  browserLanguage,
})

function currentState(): LinkState {
  return {
    lang: lang.value,
    states: chosenStates.value,
    department: chosenDepartment.value,
    severities: chosenSeverities.value,
    type: chosenType.value,
    institution: chosenInstitution.value,
    scheme: chosenScheme.value,
    period: chosenPeriod.value,
    grouping: chosenGrouping.value,
    since: comparedSince.value,
    order: caseOrder.value,
    layers: chosenLayers.value,
    opacities: opacities.value,
    list: listLayer.value,
    selection: selection.value,
    search: searchText.value,
    view: chosenView.value,
  }
}

/** Takes the language before anything is painted, so that the page never starts in the wrong one. */
export async function readLanguage(): Promise<void> {
  const linked = new URLSearchParams(location.search).get('idioma')
  await speakOrStay(linked === 'en' || linked === 'es' ? linked : usualLanguage())
}

function applyLink(): void {
  const { state, dropped } = parseLink(location.search, location.hash, known())
  batch(() => {
    void speakOrStay(state.lang)
    chosenStates.value = state.states
    chosenDepartment.value = state.department
    chosenSeverities.value = state.severities
    chosenType.value = state.type
    chosenInstitution.value = state.institution
    chosenScheme.value = state.scheme
    chosenPeriod.value = state.period
    chosenGrouping.value = state.grouping
    comparedSince.value = state.since
    caseOrder.value = state.order
    chosenLayers.value = state.layers
    opacities.value = state.opacities
    listLayer.value = state.list
    selection.value = state.selection
    searchText.value = state.search
    // A link that says where to look is taken at its word.
    goToDepartment(state.view ? null : state.department)
    if (formatHash(state.view) !== formatHash(chosenView.value)) {
      chosenView.value = state.view
      returnTo(state.view)
    }
    droppedFromLink.value = dropped
  })
}

/** A department from a link takes the spelling of the data; one that does not exist is dropped like any other word. */
function followDepartmentName(): void {
  const name = chosenDepartment.value
  const known = knownDepartments.value
  if (name === null || !known || known.includes(name)) return
  const meant = departmentMeant(name)
  chosenDepartment.value = meant
  if (!meant) droppedFromLink.value = [...droppedFromLink.peek(), `dep=${name}`]
}

/** A scheme from a link that there is not is dropped. */
function followSchemeName(): void {
  const id = chosenScheme.value
  if (id === null || !schemes.value || schemes.value.some((scheme) => scheme.id === id)) return
  chosenScheme.value = null
  droppedFromLink.value = [...droppedFromLink.peek(), `esquema=${id}`]
}

/** Same path, except that `/` is the map too and says so. */
const path = () => (location.pathname === '/' ? '/mapa' : location.pathname)

/** What a page says in its address beside the view, by key; empty words are left out. */
let ownParts: () => Record<string, string> = () => ({})

export const sayInAddress = (parts: () => Record<string, string>) => {
  ownParts = parts
}

function addressOf(query: string): string {
  const own = new URLSearchParams(Object.entries(ownParts()).filter(([, word]) => word)).toString()
  const whole = own ? `${query || '?'}${query ? '&' : ''}${own}` : query
  return `${path()}${whole}${formatHash(chosenView.value)}`
}

/** A department that the data spell otherwise, or do not have, was corrected in the link; nobody chose that. */
function isCorrected(search: string): boolean {
  const name = new URLSearchParams(search).get('dep')
  return name !== null && knownDepartments.peek()?.includes(name) === false
}

/** The part of the address that says what the map shows, for other pages that show the same. */
export const viewInAddress = computed(
  () => `${formatQuery(currentState(), known())}${formatHash(chosenView.value)}`,
)

/** A choice is a step of the reader's history, which Back undoes; a move of the map only rewrites the address. */
function writeAddress(): void {
  const query = formatQuery(currentState(), known())
  const address = addressOf(query)
  if (path() === '/mapa') remember('last', address.slice('/mapa'.length))
  if (address === `${location.pathname}${location.search}${location.hash}`) return
  // Back would have to leaf through the list again.
  const leafing = selection.value !== null && selection.value === steppedTo.value
  const isStep = choicesIn(query) !== choicesIn(location.search) && !leafing && !isCorrected(location.search)
  if (isStep) history.pushState(null, '', address)
  else history.replaceState(null, '', address)
}

/**
 * The installed page opens where its reader left it; so does any page without a server, where only what was last seen
 * is at hand.
 */
export function openLast(): void {
  const isPlain = location.search === '' && location.hash === ''
  const asked = new URLSearchParams(location.search).has('abrir')
  if (!asked && !(isPlain && !navigator.onLine)) return
  history.replaceState(null, '', `/mapa${recall('last') ?? ''}`)
}

/** Reads the link once the catalogue is known, then keeps the address bar and the state equal. */
export function followAddress(): void {
  applyLink()
  linkedSelection.value = chosenView.value && selection.value
  // What the link got wrong is put right without a step back to it.
  history.replaceState(null, '', addressOf(formatQuery(currentState(), known())))
  effect(followDepartmentName)
  effect(followSchemeName)
  effect(writeAddress)
  addEventListener('popstate', applyLink)
}
