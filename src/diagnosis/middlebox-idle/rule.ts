import type { Case } from '../case.ts'
import { forgottenFlow } from '../forgotten-flow.ts'
import { defineRule } from '../rule.ts'
import { sceneOf } from '../scene.ts'
import { afterSilence } from './after-silence.ts'
import { resetBoth } from './reset-both.ts'

const candidates = 'a load balancer, gateway or firewall on the way'

export const middleboxIdle = defineRule({
  name: 'middlebox-idle',
  title: 'something between the nodes forgets idle connections',
  family: 'forgotten-flow',
  judge: of => [...afterSilence(of, 'reset'), ...afterSilence(of, 'silent'), ...resetBoth(of), ...unnamed(of)],
})

const unnamed = (of: Case) => [
  ...forgottenFlow(sceneOf(of, 'direct', 'word'), candidates),
  ...forgottenFlow(sceneOf(of, 'direct', 'theirs'), candidates),
  ...forgottenFlow(sceneOf(of, 'translated', 'unasked'), candidates),
  ...forgottenFlow(sceneOf(of, 'direct', 'unasked'), candidates),
]
