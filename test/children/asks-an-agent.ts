// Asks the agent at the first argument about the flows that follow (tcp,LOCAL,REMOTE), as a client does, and prints the readings.
import { agentReadings } from '../../src/agent/asking.ts'
import { readFlow } from '../../src/agent/question.ts'
import { realClock } from '../../src/clock.ts'
import { parseAddress } from '../../src/settings/address.ts'

const [where = '', ...flows] = process.argv.slice(2)
const at = parseAddress(where, 7002) ?? { host: '', port: 0 }
const ask = { flows: flows.flatMap(each => readFlow(each) ?? []), accounts: [] }
const token = process.env['TOKEN']
const readings = await agentReadings({ at, ...(token && { token }) }, ask, { clock: realClock, costly: true })
process.stdout.write(JSON.stringify(readings))
