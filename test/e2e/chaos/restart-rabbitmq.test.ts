import { restartDuring } from './restart.ts'

restartDuring('rabbitmq')
