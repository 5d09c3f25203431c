import { restartDuring } from './restart.ts'

restartDuring('mariadb')
