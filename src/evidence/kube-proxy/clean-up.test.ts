import { expect, test } from 'vitest'
import { cleanUpOf, cleanUpSources, type CleanUp } from './clean-up.ts'

const eventBased: CleanUp = { by: 'program', leavesAtZero: false, leavesAtDelete: false, clearsAtStart: true }
const reconciler: CleanUp = { by: 'netlink', clearsAtStart: false }
const bad: CleanUp = { ...reconciler, leavesAtZero: true, leavesAtDelete: true }

test.each<[string, CleanUp | undefined]>([
  ['v1.20.15', eventBased],
  ['v1.31.0', eventBased],
  ['v1.31.14', eventBased],
  ['v1.32.0', bad],
  ['v1.32.13', bad],
  ['v1.33.5', bad],
  ['v1.33.12', { ...reconciler, leavesAtDelete: true }], // its last patches may have the first fix
  ['v1.34.7', bad],
  ['v1.34.20', reconciler], // not verified: nothing is claimed
  ['v1.35.4', bad],
  ['v1.35.5', reconciler],
  ['v1.36.0', bad],
  ['v1.36.1', reconciler],
  ['v1.37.0', { ...reconciler, leavesAtZero: false, leavesAtDelete: true }],
  ['v1.37.1', { ...reconciler, leavesAtZero: false }],
  ['v1.38.0', { ...reconciler, leavesAtZero: false, leavesAtDelete: false }],
  ['1.38.2', { ...reconciler, leavesAtZero: false, leavesAtDelete: false }],
  ['v1.99.0', { ...reconciler, leavesAtZero: false, leavesAtDelete: false }],
])('%s', (version, expected) => expect(cleanUpOf(version)).toEqual(expected))

test.each<[string, CleanUp | undefined]>([
  ['v1.31.4-eks-5ca49cb', eventBased],
  ['v1.30.5-gke.1014001', eventBased],
  ['v1.33.1+k3s1', reconciler], // it may have a fix that came later to others
  ['v1.37.0-gke.1', { ...reconciler, leavesAtZero: false }],
  ['v1.38.0+rke2r1', { ...reconciler, leavesAtZero: false, leavesAtDelete: false }],
])('of a build of its own, %s, a fault is not claimed', (version, expected) => {
  expect(cleanUpOf(version)).toEqual(expected)
})

test.each<[string, CleanUp | undefined]>([
  ['v1.32.0-alpha.1', {}],
  ['v1.37.0-beta.0', {}],
  ['v1.38.0-rc.1', {}],
  ['v1.33.0-rc.1', bad],
  ['v1.31.0-alpha.3', eventBased],
])('of an early release, %s, only what was settled is told', (version, expected) => {
  expect(cleanUpOf(version)).toEqual(expected)
})

test.each(['', 'v1', 'v1.31', 'v2.0.0', '1.31.4.5', 'unknown', 'v1.31.x', 'v1.31.4 ', 'v1.9999999999.0'])(
  '"%s" is no version',
  version => expect(cleanUpOf(version)).toBeUndefined(),
)

test('each of it says where it is from', () => {
  expect(Object.keys(cleanUpSources).toSorted()).toEqual(Object.keys(bad).toSorted())
})
