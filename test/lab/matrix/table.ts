import { type Grade, grades, type Scored } from './score.ts'

/** The confusion matrix as a Markdown table: one line a scenario and mode, what was named in how many of its runs. */
export function table(runs: readonly Scored[]): string {
  const lines = groups(runs).map(
    runs =>
      `| \`${runs[0].scenario}\` | ${runs[0].mode} | ${runs[0].staged === 'nothing' ? '—' : `\`${runs[0].staged}\``} | ${cell(runs.map(({ withAgent }) => withAgent))} | ${cell(runs.map(({ withoutAgent }) => withoutAgent))} | ${closed(runs)} |`,
  )
  return [
    '| scenario | mode | staged | named with the agent | named without | over once healed |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...(['withAgent', 'withoutAgent'] as const).map(
      which => `${which === 'withAgent' ? 'With' : 'Without'} the agent: ${summary(runs, which)}.`,
    ),
    `In ${runs.filter(stoodStill).length} of them longhold said that it stood still itself: a busy machine, no fault of the cluster's.`,
    `What was to be staged was, in ${runs.filter(({ proved }) => proved).length} of ${runs.length} runs.`,
    '',
  ].join('\n')
}

const stoodStill = ({ withAgent }: Scored): boolean => withAgent.named.includes('starved')

/** The same as a page of its own. */
export const page = (
  runs: readonly Scored[],
  { again }: { readonly again: boolean },
): string => `# What longhold names, against what was staged

Written by \`npm run lab -- matrix --write docs/confusion-matrix.md\`; not by hand. Each scenario of [the lab](../test/lab/README.md) is staged on a real kernel, in each mode it
exists in; a mode that is not in the table was not run. "With the agent" is what ${again ? 'the rules of today say of the recorded runs' : 'the client itself said while it happened'}. "Without" is what the same rules say of the same run when they see nothing of the node.
A line \`✔ 5/5\` was named exactly in all its runs, otherwise the names are listed. Plans (rollouts, restarts) are named as plans; a \`—\` is nothing.
"Over once healed": where the remedy was applied in the end, every verdict closed by itself.

${table(runs)}`

export function summary(runs: readonly Scored[], which: 'withAgent' | 'withoutAgent'): string {
  const counts = grades.map(grade => [grade, runs.filter(run => run[which].grade === grade).length] as const)
  return `${runs.length} runs, ${counts
    .filter(([grade, count]) => count > 0 || grade === 'exact')
    .map(([grade, count]) => `${count} ${words[grade]}`)
    .join(', ')}`
}

const words: Readonly<Record<Grade, string>> = {
  exact: 'named exactly',
  family: 'named by their family',
  wrong: 'named wrongly',
  silent: 'without a name',
}

function cell(runs: readonly { readonly grade: Grade; readonly named: readonly string[] }[]): string {
  const counts = new Map<string, number>()
  for (const { named } of runs) {
    const words = named.length === 0 ? '—' : named.map(name => `\`${name}\``).join(' + ')
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const good = runs.every(({ grade }) => grade === 'exact')
  const all = [...counts].map(([words, count]) => `${count} × ${words}`).join(', ')
  return good ? `✔ ${runs.length}/${runs.length}` : all
}

/** Where it is healed in the end: in how many runs every verdict closed by itself. */
function closed(runs: readonly Scored[]): string {
  const healed = runs.filter(({ closed }) => closed !== undefined)
  const over = healed.filter(({ closed }) => closed).length
  return healed.length === 0 ? '' : `${over === healed.length ? '✔ ' : ''}${over}/${healed.length}`
}

function groups(runs: readonly Scored[]): (readonly [Scored, ...Scored[]])[] {
  const by = new Map<string, [Scored, ...Scored[]]>()
  for (const run of runs) {
    const key = `${run.scenario} ${run.mode}`
    const known = by.get(key)
    if (known) known.push(run)
    else by.set(key, [run])
  }
  return [...by.values()]
}
