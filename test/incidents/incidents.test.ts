import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { recorder } from '../../src/record/recorder.ts'
import { hasEvidence, misnamed } from '../lab/matrix/misnamed.ts'
import { judge } from '../lab/proof.ts'
import { findScenario, scenarios } from '../lab/scenarios/index.ts'
import { readIncident } from '../lab/seen/incident-files.ts'
import { sightOfRun } from '../lab/seen/sight.ts'

/** Recorded runs of the lab, judged again without a kernel: what once proved a failure still does. */
const folder = new URL('.', import.meta.url).pathname
const names = readdirSync(folder, { withFileTypes: true })
  .filter(each => each.isDirectory())
  .map(({ name }) => name)

test('every scenario has one', () => {
  const recorded = new Set(names.map(name => name.replace(/-[a-z]+$/, '')))
  expect(scenarios.map(({ name }) => name).filter(name => !recorded.has(name))).toEqual([])
})

describe.each(names)('%s', name => {
  const incident = readIncident(`${folder}${name}`)
  const scenario = findScenario(incident.scenario)
  const { proofs, modes } = scenario
  const sight = sightOfRun(incident)

  test('is of a scenario there is', () => {
    expect(name).toBe(`${incident.scenario}-${incident.mode}`)
    expect(modes).toContain(incident.mode)
  })

  test.each(proofs.map(proof => judge(proof, sight)))('$witness: $says', judged =>
    expect(judged).toMatchObject({ holds: true }),
  )

  // Without evidence nobody can: recorded before longhold judged. "npm run lab -- record" renews it.
  if (hasEvidence(incident))
    test('is named exactly by the rules as they are now, and without the agent not wrongly', () =>
      expect(misnamed(scenario, incident)).toBeUndefined())

  test('folds into a snapshot without a bug', () => {
    for (const half of ['client', 'server'] as const) {
      const folding = recorder()
      for (const each of incident.observations) if (each.half === half) folding.fold(each)
      expect(folding.snapshot().faults.filter(({ fate }) => fate === 'bug')).toEqual([])
    }
  })
})
