import { defineRule } from '../rule.ts'
import { byStatistics } from './by-statistics.ts'
import { byTheEvents } from './by-the-events.ts'

export const conntrackFlush = defineRule({
  name: 'conntrack-flush',
  title: 'somebody emptied the conntrack table',
  family: 'forgotten-flow',
  judge: of => byTheEvents(of) ?? byStatistics(of),
})
