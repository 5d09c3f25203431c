import { expect, test } from '@jest/globals'
import { plays } from './plays.ts'

/** The short forms of those soaks that have one; `npm run soak` plays them at full length. */
const short = Object.entries(plays).flatMap(([name, play]) =>
  play.short === undefined ? [] : [[name, play.short] as const]
)

test.each(short)('%s: no law breaks', async (_name, play) => {
  const { broken, figures } = await play()
  expect({ broken, figures }).toEqual({ broken: [], figures })
})
