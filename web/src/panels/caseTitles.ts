import { lang } from '../i18n'
import { CASES, layerById } from '../state/catalogue'
import { institutions, schemes } from '../state/schemes'

export const titleOfInstitution = (id: string) => {
  const found = institutions.value.find((one) => one.id === id)
  return found ? (lang.value === 'en' ? found.title_en : found.title_es) : id
}

export const titleOfScheme = (id: string) => {
  const found = schemes.value?.find((one) => one.id === id)
  return found ? (lang.value === 'en' ? found.title_en : found.title_es) : id
}

export const titleOfType = (code: string) => {
  const field = layerById(CASES)?.fields.find(({ name }) => name === 'type')
  return field?.codes.find((one) => one.code === code)?.[lang.value] ?? code
}
