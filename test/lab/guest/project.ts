import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const home = fileURLToPath(new URL('../../../', import.meta.url))

/** Makes a disk of this project as it is now: what the lab in the guest runs, and the shell command it begins with. */
export async function projectDisk(folder: string, job: string): Promise<string> {
  const tree = join(folder, 'project')
  const disk = join(folder, 'project.img')
  await mkdir(tree, { recursive: true })
  for (const each of ['package.json', 'bin', 'src', 'test/lab', ...(await modules())])
    await cp(join(home, each), join(tree, each), { recursive: true, filter: isNeeded })
  await writeFile(join(tree, 'job'), `${job}\n`)
  await run('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-d', tree, disk, '96M'])
  await rm(tree, { recursive: true })
  return disk
}

/** What runs, as the lock file has it: no tools of developers, no Node. */
async function modules(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(home, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<
      Record<string, { readonly dev?: boolean; readonly optional?: boolean; readonly devOptional?: boolean }>
    >
  }
  return Object.entries(lock.packages)
    .filter(
      ([path, { dev, devOptional, optional }]) =>
        /^node_modules\/[^@]|^node_modules\/@/.test(path) &&
        !dev &&
        !devOptional &&
        (!optional || path.includes('koromix')),
    )
    .map(([path]) => path)
}

/** Tests are not needed there, and neither are koffi's binaries for other systems. */
function isNeeded(path: string): boolean {
  if (path.endsWith('.test.ts')) return false
  const system = /@koromix\/koffi-([a-z0-9-]+)/.exec(path)?.[1]
  return system === undefined || system === `linux-${process.arch}`
}
