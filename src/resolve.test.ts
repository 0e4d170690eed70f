import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { realClock } from './clock.ts'
import { systemResolve } from './resolve.ts'

/** A resolver that answers when it is told to, and remembers how often it was asked. */
function slow() {
  const asked: PromiseWithResolvers<readonly string[]>[] = []
  return {
    asked,
    ask() {
      const one = Promise.withResolvers<readonly string[]>()
      asked.push(one)
      return one.promise
    },
  }
}

const web = { host: 'web', port: 7000 }

test('a name has every address it has, in either family, and an IP is itself', async () => {
  const resolve = systemResolve(realClock, async () => ['10.0.0.1', 'fd00::1'])
  expect(await resolve(web)).toEqual([
    { host: '10.0.0.1', port: 7000 },
    { host: 'fd00::1', port: 7000 },
  ])
  expect(await resolve({ host: '::1', port: 7 })).toEqual([{ host: '::1', port: 7 }])
})

test('a name that is being asked for is not asked for again, however long it takes', async () => {
  let now = 0
  const dead = slow()
  const resolve = systemResolve({ ...realClock, steady: () => now }, dead.ask)
  const waiting = [resolve(web)]
  for (now = 1000; now < 60_000; now += 1000) waiting.push(resolve(web))
  expect(dead.asked).toHaveLength(1)
  dead.asked[0]?.resolve(['10.0.0.1'])
  expect(new Set((await Promise.all(waiting)).map(found => found[0]?.host))).toEqual(new Set(['10.0.0.1']))
})

test('an answer is used for a while, then the name is asked again; a failure is not kept', async () => {
  let now = 0
  const answers = slow()
  const resolve = systemResolve({ ...realClock, steady: () => now }, answers.ask)
  const first = resolve(web)
  answers.asked[0]?.resolve(['10.0.0.1'])
  expect(await first).toMatchObject([{ host: '10.0.0.1' }])
  expect(await resolve(web)).toMatchObject([{ host: '10.0.0.1' }])
  now = 6000
  const second = resolve(web)
  answers.asked[1]?.reject(new Error('gone'))
  await expect(second).rejects.toThrow('gone')
  await sleep(0)
  const third = resolve(web)
  answers.asked[2]?.resolve(['10.0.0.2'])
  expect(await third).toMatchObject([{ host: '10.0.0.2' }])
})
