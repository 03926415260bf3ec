import { describe, expect, it } from 'vitest'
import { binsOf, periodOf, stepped, totalOf, touched } from './timeScale'

const month = (name: string, some = {}) => ({
  month: name,
  events: 0,
  protests: 0,
  began: 0,
  ended: 0,
  ...some,
})

describe('the histogram', () => {
  const bins = binsOf(
    [month('2024-11', { events: 3, protests: 2 }), month('2025-02', { began: 1, ended: 2 })],
    '2025-02-10',
  )

  it('has every month between the first and the last', () => {
    expect(bins.map(({ name }) => name)).toEqual(['2024-11', '2024-12', '2025-01', '2025-02'])
    expect(bins.map(totalOf)).toEqual([3, 0, 0, 3])
    expect(bins[0]).toMatchObject({ protests: 2, others: 1, turns: 0, from: '2024-11-01', to: '2024-11-30' })
    expect(bins[3]?.to).toBe('2025-02-28')
  })

  it('goes on to this month, and no more than a year beyond what happened', () => {
    expect(binsOf([month('2024-11')], '2025-01-15').at(-1)?.name).toBe('2025-01')
    expect(binsOf([month('2014-11')], '2025-01-15').at(-1)?.name).toBe('2015-11')
  })

  it('is of years where months are many, and keeps the sum', () => {
    const many = binsOf(
      [month('1999-05', { began: 2 }), month('1999-07', { events: 1 }), month('2026-01', { ended: 1 })],
      '2026-01-31',
    )
    expect(many).toHaveLength(28)
    expect(many[0]).toMatchObject({ name: '1999', from: '1999-01-01', to: '1999-12-31', turns: 2, others: 1 })
  })

  it('says nothing of nothing', () => expect(binsOf([], '2026-01-01')).toEqual([]))

  it('is chosen from and stepped through by whole stretches', () => {
    const period = periodOf(bins, 2, 1)
    expect(period).toEqual({ from: '2024-12-01', to: '2025-01-31' })
    expect(touched(bins, { from: '2024-12-15', to: '2025-01-02' })).toEqual([1, 2])
    expect(touched(bins, { from: '2030-01-01', to: '2030-02-01' })).toBeNull()
    expect(stepped(bins, { from: '2024-12-01', to: '2024-12-31' }, 1)).toEqual({
      from: '2025-01-01',
      to: '2025-01-31',
    })
    expect(stepped(bins, { from: '2024-11-01', to: '2024-12-31' }, -1)).toBeNull()
    expect(stepped(bins, { from: '2024-11-01', to: '2025-01-31' }, 1)).toEqual({
      from: '2025-02-01',
      to: '2025-02-28',
    })
  })
})
