/**
 * `proc/self/cgroup`: where the `cpu.stat` of this process may be, the likeliest first, below `sys/fs/cgroup`. The cpu controller of
 * version 1 wins over version 2: in a hybrid the latter has no controllers. In a container the path is often that of the host, while
 * what is mounted is our own group; that is why the mount itself comes last.
 */
export function foldersOf(cgroup: string): readonly string[] {
  const groups = linesOf(cgroup).flatMap(line => {
    const [, controllers, path] = /^\d+:([\w=,]*):(\/[^\0]*)$/.exec(line) ?? []
    return controllers === undefined || path === undefined ? [] : [{ controllers, path }]
  })
  const first = groups.find(({ controllers }) => controllers.split(',').includes('cpu'))
  const second = groups.find(({ controllers }) => controllers === '')
  const { path, mounts } = first
    ? { path: first.path, mounts: ['cpu', first.controllers] }
    : { path: second?.path, mounts: ['', 'unified'] }
  if (path === undefined || path.split('/').includes('..')) return [] // a group outside of what we see
  const folders = [path, '/'].flatMap(each =>
    mounts.map(mount => `/${mount}${each}`.replace(/\/+/g, '/').replace(/\/$/, '')),
  )
  return [...new Set(folders)]
}

export interface Throttling {
  readonly throttledPeriods?: number
  readonly throttledUs?: number
}

/** `cpu.stat` of either version: microseconds as `throttled_usec`, or nanoseconds as `throttled_time`. */
export function throttlingOf(stat: string): Throttling {
  const values = new Map(
    linesOf(stat).flatMap(line => {
      const [, name = '', value] = /^(\w+) (\d{1,20})$/.exec(line) ?? []
      return Number.isSafeInteger(Number(value)) ? [[name, Number(value)] as const] : []
    }),
  )
  const periods = values.get('nr_throttled')
  const ns = values.get('throttled_time')
  const us = values.get('throttled_usec') ?? (ns === undefined ? undefined : Math.floor(ns / 1000))
  return {
    ...(periods === undefined ? {} : { throttledPeriods: periods }),
    ...(us === undefined ? {} : { throttledUs: us }),
  }
}

/** `proc/pressure/cpu`: the share of the last ten seconds in which something waited, percent. */
export function pressureOf(text: string): number | undefined {
  const [, share] = /^some avg10=(\d{1,3}\.\d{1,4}) .*\n/.exec(text) ?? []
  return share === undefined || Number(share) > 100 ? undefined : Number(share)
}

/** Characters in a file, at most: a path of a group has up to 4096, and there are a dozen of them. */
const mostText = 64 * 1024
/** Whole lines only. */
const linesOf = (text: string): readonly string[] => (text.length > mostText ? [] : text.split('\n').slice(0, -1))
