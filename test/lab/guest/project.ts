import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cached } from './cache.ts'

const run = promisify(execFile)
const home = fileURLToPath(new URL('../../../', import.meta.url))

/** What a guest has of the project: all of it that the lab runs or reads, and of packages what is native, or read as a file. */
const packages = ['koffi', '@koromix/koffi-linux-x64', 'uplot'].map(name => `node_modules/${name}`)
const parts = ['package.json', 'bin', 'src', 'test/lab', ...packages]
const programs = ['src/cli/main.ts', 'test/lab/lab.ts']

/** A disk with this project as it is now, each program a bundle that is compiled already; from the cache where nothing has changed. */
export async function projectDisk(say: (text: string) => void): Promise<string> {
  const folder = await cached({ name: 'project', key: await keyOf(), keep: 4 }, async made => {
    say('building the guest: the lab itself')
    const tree = join(made, 'tree')
    for (const part of parts) await cp(join(home, part), join(tree, part), { recursive: true, filter: isNeeded })
    const { bundle } = await import('./bundle.ts') // only who makes a disk pays for it
    await bundle(programs, home, tree)
    await launch(tree)
    await warmUp(tree)
    await run('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-d', tree, join(made, 'disk'), '48M'])
    await rm(tree, { recursive: true })
  })
  return join(folder, 'disk')
}

/** Of every file that goes in, and of this Node, which compiles them. */
async function keyOf(): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  for (const part of ['package-lock.json', 'package.json', 'bin', 'src', 'test/lab'])
    for (const file of await filesOf(join(home, part)))
      if (isNeeded(file)) hash.update(`\0${file}\0`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [path]
  const files = entries.filter(each => each.isFile()).map(each => join(each.parentPath, each.name))
  return files.toSorted()
}

const isNeeded = (path: string): boolean => !/\.test\.ts$|\.md$/.test(path)

/** The launcher starts the bundle. */
async function launch(tree: string): Promise<void> {
  const launcher = join(tree, 'bin/longhold.js')
  await writeFile(launcher, (await readFile(launcher, 'utf8')).replaceAll('cli/main.ts', 'cli/main.js'))
}

/**
 * Lets Node compile the programs here, natively. The guest's Node finds the result where it looks by default, which is
 * below TMPDIR, as long as both lie the same way to each other (portable).
 */
async function warmUp(tree: string): Promise<void> {
  const tmp = join(tree, 'tmp')
  await mkdir(tmp)
  const env = {
    ...process.env,
    TMPDIR: tmp,
    NODE_COMPILE_CACHE: join(tmp, 'node-compile-cache'),
    NODE_COMPILE_CACHE_PORTABLE: '1',
  }
  await run(process.execPath, [join(tree, 'test/lab/lab.js'), 'list'], { env })
  // In a network of its own it finds nobody, but it has started, and what was compiled is kept when it ends.
  const argv = ['--net', process.execPath, join(tree, 'bin/longhold.js'), 'server']
  const server = spawn('unshare', argv, { env, cwd: tmp, stdio: ['ignore', 'pipe', 'inherit'], timeout: 30_000 })
  server.stdout.once('data', () => server.kill('SIGTERM'))
  const [code] = (await once(server, 'close')) as [number | null]
  if (code !== 0) throw new Error('longhold does not start from a bundle: does it read a file that is in no part?')
}
