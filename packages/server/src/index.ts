export { StartFailure, type StartFailureCode } from './boot/failure.ts';
export type { RunningServer, StartOptions } from './boot/parts.ts';
export { type Ending, runUntilStopped } from './boot/process.ts';
export type { FirstKey, RootKey } from './boot/root-key.ts';
export {
  acceptOlderLinks,
  backUpData,
  backUpDataToBucket,
  checkData,
  repairData,
  restoreData,
  rotateKeyOfData,
} from './boot/upkeep.ts';
export { version } from './boot/version.ts';
export { startServer } from './main.ts';
export { metricTexts } from './observe/metrics.ts';
export {
  canonicalJson,
  type PublicReceiptKey,
  type Receipt,
  type ReceiptVerdict,
  verifyReceipt,
} from './pages/receipt.ts';
export { operations } from './s3/operations/index.ts';
export { BadSetting, InsecureFile } from './settings/faults.ts';
export { type ListenAddress, showAddress } from './settings/kinds.ts';
export { type SettingName, type Settings, settings } from './settings/list.ts';
export {
  type ReadSettings,
  readSettings,
  type ServerSettings,
  type SettingInputs,
  type SettingSource,
  settingsFrom,
} from './settings/read-settings.ts';
export type { Setting } from './settings/setting.ts';
export { showSetting, tomlDefault } from './settings/show-setting.ts';
export type {
  BackupBucket,
  BackupContent,
  BackupObject,
  OpenedObject,
  OpenUpload,
  PutCondition,
} from './stores/upkeep/backup-bucket.ts';
export type { CheckReport, Finding } from './stores/upkeep/check-report.ts';
export { UpkeepFailure, type UpkeepFailureKind } from './stores/upkeep/upkeep-failure.ts';
export { systemWorld, type World } from './world/world.ts';
