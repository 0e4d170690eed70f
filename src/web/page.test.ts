import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { exampleCohort, exampleSnapshot, exampleSource } from '../../test/web-example.ts'
import { exampleVerdict, noon } from '../../test/verdicts.ts'
import { html } from './html.ts'
import { page } from './page.ts'
import type { KeptVerdict } from '../record/verdicts.ts'
import type { WebSource } from './source.ts'

const rendered = (source: Partial<WebSource> = {}, clock = storyClock()) =>
  page(exampleSource(source), clock).body.toString()

test('the page shows each cohort and probe, works without a script and carries none inline', () => {
  const markup = rendered()
  for (const word of ['quiet', 'control', 'cluster-dns', 'longhold-0']) expect(markup).toContain(word)
  expect(markup).toMatch(/<noscript><meta http-equiv="refresh" content="\d+"><\/noscript>/)
  expect(markup).not.toMatch(
    /<script(?! src="(uplot\.js" defer|page\.js" type="module")><\/script>)|<style| style=| on\w+=/,
  )
})

test('a name is text, whatever a client calls its cohort', () => {
  const cohort = `"><script>alert('1')</script>&amp;`
  const markup = rendered({ snapshot: () => exampleSnapshot({ cohorts: [exampleCohort({ cohort })] }) })
  expect(markup).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;')
  expect(markup.match(/<script/g)).toHaveLength(2)
})

test('of a thousand cohorts those that lost most have a row', () => {
  const died = [{ fate: 'reset', phase: 'exchange', planned: false, count: 9 } as const]
  const many = Array.from({ length: 1000 }, (_, i) => exampleCohort({ cohort: `c${i}`, ends: i === 777 ? died : [] }))
  const markup = rendered({ snapshot: () => exampleSnapshot({ cohorts: many }) })
  expect(markup.match(/<th scope="row"/g)).toHaveLength(50)
  expect(markup).toMatch(/<tbody>\s*<tr>\s*<th scope="row" class="flexible"><b>c777<\/b>/)
  expect(markup).toContain('The 50 that lost most, of 1000;')
})

test('what is wrong with the process itself stands above the tables', () => {
  const parts = [{ name: 'dns <client>', ready: false }]
  const journal = { dir: '/j', bytes: 1, stopped: 'no space left on device' }
  const markup = rendered({ ready: () => ({ ready: false, parts }), journal: () => journal })
  expect(markup).toContain('not ready: dns &lt;client&gt;')
  expect(markup).toContain('The journal stopped: no space left on device')
})

test('before anything happened the page is there, with nothing in it', () => {
  const markup = rendered({
    snapshot: () => exampleSnapshot({ cohorts: [], probes: [], rejected: [], faults: [] }),
  })
  expect(markup).toContain('</html>')
  expect(markup).not.toContain('undefined')
})

test("for how long it runs is the steady clock's word", () => {
  const clock = storyClock()
  clock.pass(100_000_000)
  expect(rendered({}, clock)).toContain('up 1d 3h.')
})

test('markup put into markup stays, strings do not become any', () => {
  expect(html`<p>${[html`<b>${'<i>'}</b>`, html`${1}`]}</p>`.markup).toBe('<p><b>&lt;i&gt;</b>1</p>')
})

const withVerdicts = (...verdicts: readonly KeptVerdict[]) =>
  rendered({ snapshot: () => exampleSnapshot({ at: noon, verdicts }) })

test('an open verdict is a card: what shows it, what is ruled out, what is missing, what to do, and its page', () => {
  const markup = withVerdicts(exampleVerdict({ variant: 'server-first' }))
  for (const words of [
    'conntrack-expiry (server-first)',
    'proven',
    '12 of 40 · 10.0h of silence · since 2026-11-21 12:00:00 UTC',
    '<b>node sysctl</b> <time>12:00:00</time> nf_conntrack_tcp_timeout_established = 600',
    '<b>server-restarted</b> the ledger has all 12 open',
    '<b>node ipvs</b> would tell whether IPVS forgot it',
    '# Send keepalives more often than the timer:\nsysctl -w net.ipv4.tcp_keepalive_time=200</pre>',
    '<a class="name" href="explain?verdict=conntrack-expiry">',
  ])
    expect(markup).toContain(words)
  expect(markup).not.toContain('<h2>Closed verdicts</h2>') // it would say of this one again that it is there
})

test('what is closed is a row, what is planned is no fault, and empty parts have no heading', () => {
  const bare = { evidence: [], ruledOut: [], missing: [], remedy: [] }
  const closed = exampleVerdict({ id: 'b', name: 'unexplained', state: 'closed' })
  const markup = withVerdicts(exampleVerdict({ planned: true, ...bare }), closed)
  expect(markup).toMatch(/class="verdict planned"[^]*planned, no fault[^]*<h2>Closed verdicts<\/h2>[^]*unexplained/)
  for (const heading of ['Evidence', 'Missing', 'Remedy']) expect(markup).not.toContain(`<h4>${heading}`)
  expect(markup).not.toContain('Ruled out')
})

test('whatever a verdict says is text', () => {
  const bad = '<img src=x onerror=alert(1)>'
  const words = {
    says: bad,
    series: [bad],
    remedy: [bad],
    name: bad,
    confidence: { level: 'likely', because: bad },
  } as const
  const evidence = [{ source: bad, at: noon, says: bad }]
  expect(withVerdicts(exampleVerdict({ ...words, evidence, ruledOut: [], missing: [] }))).not.toContain('<img')
})
