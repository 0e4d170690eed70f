import { defineSource } from '../source.ts'
import { familiesOf } from './asked.ts'
import { natRules as facts } from './facts.ts'
import { parseRules } from './parse.ts'
import { print } from './print.ts'

export const natRulesSource = defineSource({
  of: 'machine',
  facts,
  about: 'machine',
  costly: true,
  async read(machine, { flows }) {
    const [first, ...others] = familiesOf(flows)
    const printed = await Promise.all([print(machine, first), ...others.map(family => print(machine, family))] as const)
    return parseRules(printed, flows)
  },
})
