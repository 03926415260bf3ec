/** Which cases behind a number are listed: a part of a month, and of it the group with a value. */
export interface Behind {
  part: string
  by: string
  value: string
}

/** What the page shows. */
export interface Asked {
  scheme: string
  by: string
  /** Day, as in 2015-01-31; empty for today. */
  day: string
  /** Month, as in 2015-01: it is told as a monthly report tells it; empty for a day. */
  month: string
  /** Another scheme, whose number differs. */
  with: string
  behind: Behind | null
}

export const TOTAL: Behind = { part: 'total', by: '', value: '' }

export function askedInAddress(): Asked {
  const query = new URLSearchParams(location.search)
  const part = query.get('casos')
  return {
    scheme: query.get('esquema') ?? 'defensoria',
    by: query.get('por') ?? 'type',
    day: query.get('al') ?? '',
    month: query.get('mes') ?? '',
    with: query.get('contra') ?? '',
    behind: part ? { part, by: query.get('grupo') ?? '', value: query.get('valor') ?? '' } : null,
  }
}

export function addressOf(asked: Asked): string {
  const query = new URLSearchParams(location.search)
  const { behind } = asked
  const members = {
    esquema: asked.scheme,
    por: asked.by,
    al: asked.month ? '' : asked.day,
    mes: asked.month,
    contra: asked.month ? '' : asked.with,
    casos: behind?.part,
    grupo: behind?.by,
    valor: behind?.value,
  }
  for (const [name, value] of Object.entries(members)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  return `?${query}`
}

/** What the server is asked of the cases behind a number. */
export function queryOf({ day, month, behind }: Asked): URLSearchParams {
  const query = new URLSearchParams({ limit: '1000' })
  if (month) query.set('month', month)
  else if (day) query.set('asOf', day)
  if (month && behind) query.set('part', behind.part)
  if (behind?.by) {
    query.set('by', behind.by)
    query.set('value', behind.value)
  }
  return query
}
