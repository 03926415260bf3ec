import { afterEach, describe, expect, it } from 'vitest'
import type { Layer, Source } from '../api/types'
import { catalogue, natureIn, natureOf } from './catalogue'
import {
  chosenLayers,
  chosenStates,
  opacities,
  setOpacity,
  stateShown,
  toggleLayer,
  toggleState,
} from './filters'

const layer = (id: string, visible: boolean) => ({ id, visible, count: 1 }) as Layer

afterEach(() => {
  chosenStates.value = []
  chosenLayers.value = null
  opacities.value = {}
})

describe('the state filter', () => {
  it('shows everything until a state is chosen', () => {
    expect(stateShown('activo')).toBe(true)
    toggleState('latente')
    expect(stateShown('activo')).toBe(false)
    expect(stateShown(null)).toBe(false)
  })

  it('keeps the order of urgency, and is off when every state is chosen', () => {
    toggleState('retirado')
    toggleState('activo')
    expect(chosenStates.value).toEqual(['activo', 'retirado'])
    toggleState('latente')
    toggleState('resuelto')
    expect(chosenStates.value).toEqual([])
  })
})

describe('layers', () => {
  it('forget the choice when it equals the catalogue again', () => {
    catalogue.value = {
      name: '',
      version: '',
      revision: 1,
      updated_at: null,
      layers: [layer('conflicts', true), layer('districts', false)],
      basemap: null,
    }
    toggleLayer('districts')
    expect(chosenLayers.value).toEqual(['conflicts', 'districts'])
    toggleLayer('districts')
    expect(chosenLayers.value).toBeNull()
  })

  it('keep only opacities that differ from full', () => {
    setOpacity('districts', 0.5)
    expect(opacities.value).toEqual({ districts: 0.5 })
    setOpacity('districts', 1)
    expect(opacities.value).toEqual({})
  })

  it('give a feature their nature only where all their sources agree', () => {
    const real = { synthetic: false, demonstration: false } as Source
    const demonstration = { synthetic: false, demonstration: true } as Source
    const of = (...sources: Source[]) => ({ sources }) as Layer
    expect(natureIn(of(demonstration), false)).toBe('demonstration')
    expect(natureIn(of(demonstration, real), false)).toBe('real')
    expect(natureIn(of(demonstration, real), true)).toBe('synthetic')
    expect(natureIn(of(), false)).toBe('real')
  })

  it('are as synthetic as their most synthetic source', () => {
    expect(natureOf([])).toBe('real')
    expect(natureOf([{ synthetic: false, demonstration: true }])).toBe('demonstration')
    expect(
      natureOf([
        { synthetic: false, demonstration: false },
        { synthetic: true, demonstration: true },
      ]),
    ).toBe('synthetic')
  })
})
