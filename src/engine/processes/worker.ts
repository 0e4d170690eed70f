// The entry of a worker: a process that holds its share of the connections, and whose every word goes to the process that started it.
// A terminal tells the whole group of processes: when we go is for the one to say that started us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
const { work } = await import('./work.ts')
work(process)
