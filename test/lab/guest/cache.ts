import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where built things wait for the next run: the user's cache folder. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'longhold-lab')

/**
 * The folder `name`-`key` of the cache; `make` fills it in where it is not there yet. Nobody ever sees half of it, also
 * when two runs make it at once or one is killed. Of each name the last `keep` used stay. Rejects as `make` does.
 */
export async function cached(
  { name, key, keep }: { readonly name: string; readonly key: string; readonly keep: number },
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = cacheFolder()
  const place = join(cache, `${name}-${key}`)
  const now = new Date()
  if (
    await utimes(place, now, now).then(
      () => true,
      () => false,
    )
  )
    return place

  const work = join(cache, `making-${process.pid}-${randomUUID()}`)
  await mkdir(work, { recursive: true })
  try {
    await make(work)
    await rename(work, place).catch(async (error: unknown) => {
      if (!(await stat(place).catch(() => undefined))) throw error // otherwise another run was faster
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  await tidy(cache, name, keep)
  return place
}

/** Takes away what has not been used lately, and what runs left that were killed. */
async function tidy(cache: string, name: string, keep: number): Promise<void> {
  const entries = await readdir(cache)
  const ours = entries.filter(each => each.startsWith(`${name}-`))
  const dated = await Promise.all(ours.map(async each => ({ each, used: (await stat(join(cache, each))).mtimeMs })))
  const old = dated.toSorted((a, b) => b.used - a.used).slice(keep)
  const left = entries.filter(each => !isAlive(Number(/^making-(\d+)-/.exec(each)?.[1] ?? process.pid)))
  for (const each of [...old.map(({ each }) => each), ...left]) await rm(join(cache, each), { recursive: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
