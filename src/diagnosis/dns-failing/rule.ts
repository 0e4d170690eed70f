import { defineRule } from '../rule.ts'
import { codes } from './codes.ts'
import { lies } from './lies.ts'

export const dnsFailing = defineRule({
  name: 'dns-failing',
  title: 'the DNS server answers, but not as it should',
  family: 'slow-dns',
  judge: of => [...codes(of), ...lies(of)],
})
