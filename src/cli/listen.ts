import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { ConfigError, messageOf } from '../errors.ts'

/** Throws ConfigError with a sentence when the address can't be had. */
export async function listen(app: FastifyInstance, at: Config['listen']): Promise<void> {
  try {
    await app.listen({ ...at })
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined
    const where = `${at.host}:${at.port}`
    if (code === 'EADDRINUSE') throw new ConfigError('listen', [`${where} is in use by another process`])
    if (code === 'EACCES') throw new ConfigError('listen', [`${where}: this user may not listen there`])
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new ConfigError('listen', [`${where}: this machine has no such address (${messageOf(error)})`])
    throw error
  }
}
