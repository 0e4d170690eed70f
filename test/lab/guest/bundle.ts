import { dirname, join, relative, resolve } from 'node:path'
import { rolldown, type Plugin } from 'rolldown'

/**
 * Bundles programs of the project at `home`, and every other program of it that they start, each into one JavaScript file
 * that lies in `into` as its source lies in `home`. In the guest a module costs 25 ms, and longhold has hundreds.
 * Resolves to their paths.
 */
export async function bundle(programs: readonly string[], home: string, into: string): Promise<readonly string[]> {
  const made: string[] = []
  const waiting = [...programs]
  for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
    const out = program.replace(/\.ts$/, '.js')
    if (made.includes(out)) continue
    made.push(out)
    const started = (path: string) => waiting.push(relative(home, path))
    const bundled = await rolldown({
      input: join(home, program),
      platform: 'node',
      // What is native stays outside, and what builds a guest is of no use in one.
      external: [/^koffi$/, /guest\/guest\.ts$/],
      plugins: [places(home, out, started)],
      logLevel: 'silent',
    })
    await bundled.write({ file: join(into, out), format: 'esm', codeSplitting: false })
    await bundled.close()
  }
  return made
}

/** A file that looks for others beside itself finds them there still, though it lies in a bundle now. */
function places(home: string, out: string, started: (path: string) => void): Plugin {
  return {
    name: 'places',
    transform(code, id) {
      if (!id.startsWith(home) || id.includes('node_modules') || !code.includes('import.meta.url')) return null
      const itself = `new URL('${relative(dirname(join(home, out)), id)}', import.meta.url).href`
      return code
        .replaceAll(/(?<=new URL\(')([^']+)\.ts(?=', import\.meta\.url\))/g, (path, name: string) => {
          started(resolve(dirname(id), path))
          return `${name}.js`
        })
        .replaceAll('import.meta.url', itself)
    },
  }
}
