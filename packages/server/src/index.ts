export { startServer } from './main.ts';
export { metricTexts } from './observe/metrics.ts';
export { operations } from './operations/index.ts';
export {
  canonicalJson,
  type PublicReceiptKey,
  type Receipt,
  type ReceiptVerdict,
  verifyReceipt,
} from './pages/receipt.ts';
export { BadSetting, InsecureFile } from './settings/faults.ts';
export { type ListenAddress, showAddress } from './settings/kinds.ts';
export { type SettingName, type Settings, settings } from './settings/list.ts';
export {
  type ReadSettings,
  readSettings,
  type SettingInputs,
  type SettingSource,
  settingsFrom,
} from './settings/read-settings.ts';
export type { Setting } from './settings/setting.ts';
export { showSetting, tomlDefault } from './settings/show-setting.ts';
export { StartFailure, type StartFailureCode } from './start-failure.ts';
export type { RunningServer, StartOptions } from './start-parts.ts';
export { type Ending, runUntilStopped } from './start-process.ts';
export type { FirstKey, RootKey } from './start-root-key.ts';
export {
  acceptOlderLinks,
  backUpData,
  backUpDataToBucket,
  checkData,
  repairData,
  restoreData,
  rotateKeyOfData,
} from './start-upkeep.ts';
export type {
  BackupBucket,
  BackupContent,
  BackupObject,
  OpenedObject,
  OpenUpload,
  PutCondition,
} from './stores/backup-bucket.ts';
export type { CheckReport, Finding } from './stores/check-report.ts';
export { UpkeepFailure, type UpkeepFailureKind } from './stores/upkeep-failure.ts';
export { version } from './version.ts';
export { systemWorld, type World } from './world/world.ts';
