import { expect, it } from 'vitest'
import { isOurs } from './back'

it('leads back to pages of this server, and to no other', () => {
  const own = 'https://rimay.example'
  for (const path of ['/casos', '/caso/1?a=b#c', '/cifras?esquema=onds', '/%09/evil.example'])
    expect(isOurs(path, own), path).toBe(true)
  for (const path of [
    'casos',
    '',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\\evil.example',
    '/\t\t\\\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
  ])
    expect(isOurs(path, own), path).toBe(false)
})
