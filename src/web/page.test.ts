import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { exampleCohort, exampleSnapshot, exampleSource } from '../../test/web-example.ts'
import { html } from './html.ts'
import { page } from './page.ts'
import type { WebSource } from './source.ts'

const rendered = (source: Partial<WebSource> = {}, clock = storyClock()) =>
  page(exampleSource(source), clock).body.toString()

test('the page shows each cohort and probe, works without a script and carries none inline', () => {
  const markup = rendered()
  for (const word of ['quiet', 'control', 'cluster-dns', 'longhold-0']) expect(markup).toContain(word)
  expect(markup).toMatch(/<noscript><meta http-equiv="refresh" content="\d+"><\/noscript>/)
  expect(markup).not.toMatch(/<script(?! src="\/page\.js" defer><\/script>)|<style| style=| on\w+=/)
})

test('a name is text, whatever a client calls its cohort', () => {
  const cohort = `"><script>alert('1')</script>&amp;`
  const markup = rendered({ snapshot: () => exampleSnapshot({ cohorts: [exampleCohort({ cohort })] }) })
  expect(markup).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;')
  expect(markup.match(/<script/g)).toHaveLength(1)
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
