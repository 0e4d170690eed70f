import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { costlyKeptMs, keptMs, looking } from './look.ts'

/** A node that is asked; each answer says how often that was. */
function asked() {
  const clock = storyClock()
  const thorough: boolean[] = []
  const look = looking(wasThorough => {
    thorough.push(wasThorough)
    const cheap = { conntrack: { at: clock.now(), value: thorough.length } }
    return Promise.resolve({
      node: wasThorough ? { ...cheap, 'nat-rules': { at: clock.now(), value: thorough.length } } : cheap,
    })
  }, clock)
  /** Lets the second between two readings pass. */
  const whole = async () => {
    const looked = look()
    await new Promise(setImmediate)
    clock.pass(1000)
    return looked
  }
  return { clock, thorough, look, whole }
}

test('what counts is read twice a second apart, what is costly once', async () => {
  const { whole, thorough } = asked()
  const { before, now } = await whole()
  expect(thorough).toEqual([false, true])
  expect([before.node?.['conntrack'], now.node?.['conntrack'], before.node?.['nat-rules']]).toMatchObject([
    { value: 1 },
    { value: 2 },
    undefined,
  ])
})

test('a flood of questions is one look, which is good for a while', async () => {
  const { clock, thorough, look, whole } = asked()
  const [first, ...others] = await Promise.all([whole(), look(), look()])
  clock.pass(keptMs - 1001)
  expect([...others, await look()]).toEqual([first, first, first])
  expect(thorough).toHaveLength(2)
})

test('later what is cheap is new, and what is costly says how old it is', async () => {
  const { clock, thorough, whole } = asked()
  const first = await whole()
  clock.pass(keptMs)
  const second = await whole()
  expect(thorough).toEqual([false, true, false, false])
  expect(second.now.node?.['nat-rules']).toEqual(first.now.node?.['nat-rules'])
  expect(second.now.node?.['conntrack']?.at).toBeGreaterThan(first.at)
  clock.pass(costlyKeptMs)
  await whole()
  expect(thorough.at(-1)).toBe(true)
})
