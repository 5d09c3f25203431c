import { openStore } from '../../src/store/open-store.ts'

/** A process of its own: opens the store of argv[2] and, if asked to, writes for ever; tells each signal once it is acknowledged. */
const store = await openStore(process.argv[2] ?? '')
process.stdout.write('open\n')
setInterval(() => {}, 1000)
if (process.argv[3] === 'write') {
  for (;;) {
    const { signal } = await store.receive(
      { source: 'aodh', actor: 'aodh' },
      { outcome: 'noted', because: 'it counts' }
    )
    process.stdout.write(`${signal}\n`)
    // Lets the pipe drain, so that what is acknowledged is known to the test.
    await new Promise(resolve => setImmediate(resolve))
  }
}
