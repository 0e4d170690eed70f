// Other pages of this server, brought into this one: whoever has no script follows their links.

const drawer = Object.assign(document.createElement('dialog'), { className: 'drawer' })

/** Brings each pane's page in once it comes into view; its links and forms stay within it. */
export function fillPanes() {
  document.body.append(drawer)
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue
      seen.unobserve(target)
      void bring(target, target.dataset.first)
    }
  })
  for (const pane of document.querySelectorAll('[data-pane]')) seen.observe(pane)
  document.addEventListener('click', follow)
  document.addEventListener('submit', ask)
  drawer.addEventListener('click', ({ target }) => {
    if (target === drawer || target.matches('.close')) drawer.close()
  })
}

/** Puts the main part of the page at `path` into `place`, and returns its heading. */
async function bring(place, path) {
  place.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(path, { cache: 'no-store' })
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const wasHere = place.contains(document.activeElement)
    place.replaceChildren(...next.querySelector('main').childNodes)
    // Who came with the keyboard to what stood here goes on from here.
    if (wasHere) place.querySelector('a, button, input, select, [tabindex]')?.focus({ preventScroll: true })
    return next.querySelector('h1').textContent
  } catch {
    const sorry = Object.assign(document.createElement('p'), {
      className: 'bad',
      textContent: 'no connection to longhold: nothing new is shown here',
    })
    place.append(sorry)
    return ''
  } finally {
    place.removeAttribute('aria-busy')
  }
}

function follow(event) {
  const link = event.target.closest('a')
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
  const path = link.getAttribute('href')
  if (path.startsWith('connection?')) {
    event.preventDefault()
    void open(path)
    return
  }
  const pane = link.closest('[data-pane]')
  if (!pane || path.split('?')[0] !== pane.dataset.pane) return
  event.preventDefault()
  void turn(pane, path)
}

function ask(event) {
  const pane = event.target.closest('[data-pane]')
  if (!pane) return
  event.preventDefault()
  const filled = [...new FormData(event.target)].filter(([, value]) => value !== '')
  void turn(pane, `${pane.dataset.pane}?${new URLSearchParams(filled)}`)
}

/** The focus goes to the same thing in what comes, such as the filter's field. */
async function turn(pane, path) {
  const { name } = document.activeElement ?? {}
  await bring(pane, path)
  if (name) pane.querySelector(`[name="${CSS.escape(name)}"]`)?.focus({ preventScroll: true })
}

async function open(path) {
  const close = Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'close',
    textContent: 'close',
  })
  const heading = document.createElement('h2')
  const content = document.createElement('div')
  heading.textContent = await bring(content, path)
  drawer.replaceChildren(close, heading, content)
  drawer.setAttribute('aria-label', heading.textContent)
  if (!drawer.open) drawer.showModal()
}
