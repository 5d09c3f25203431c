import { stripTypeScriptTypes } from 'node:module'

/** Gives jest the same JavaScript that Node runs: types become blanks, so lines and columns stay. */
export default {
  process: source => ({ code: stripTypeScriptTypes(source) })
}
