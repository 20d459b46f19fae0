import assert from 'node:assert/strict';
import type { DeleteCondition, ObjectDelete } from '../../objects/object-store.ts';
import { at, makeBucket, photos, putText, type StoreRule, type Subject } from './subject.ts';

async function outcomeOf({ objects }: Subject, wanted: ObjectDelete): Promise<string> {
  const [outcome] = await objects.deleteObjects(photos, [wanted]);
  return outcome?.refused?.code ?? outcome?.marker ?? (outcome?.deleted === true ? 'deleted' : 'nothing');
}

const placed = (is: NonNullable<DeleteCondition['place']>['is'], versionId: string): DeleteCondition => ({
  place: { is, versionId },
});

/** STO-112: what rules of age remove, they remove under the condition that it is still what they saw. */
export const ageRules: readonly StoreRule[] = [
  {
    name: 'STO-112 a version that is chosen by its place among those of its key goes only while it has that place',
    async check(subject) {
      await makeBucket(subject);
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', 'null') }), 'nothing');
      await putText(subject, 'k', 'plain');
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', 'x') }), 'PreconditionFailed');
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', 'null') }), 'deleted');
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      const one = (await putText(subject, 'k', 'one')).versionId;
      const current = { key: 'k', versionId: one, condition: placed('older', one) };
      assert.equal(await outcomeOf(subject, current), 'PreconditionFailed');
      const two = (await putText(subject, 'k', 'two')).versionId;
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', one) }), 'PreconditionFailed');
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', two) }), 'made');
      const { entries } = await subject.objects.listVersions({
        ...{ bucket: photos, prefix: '', delimiter: undefined, after: '', afterVersionId: '', limit: 10 },
      });
      const [marker] = entries.flatMap((each) => (each.kind === 'entry' && each.entry.isMarker ? [each.entry] : []));
      assert.ok(marker);
      const markerId = marker.versionId;
      const removeMarker = { key: 'k', versionId: markerId, condition: placed('alone', markerId) };
      assert.equal(await outcomeOf(subject, removeMarker), 'PreconditionFailed');
      assert.equal(await outcomeOf(subject, { key: 'k', versionId: two, condition: placed('older', two) }), 'deleted');
      assert.equal(await outcomeOf(subject, { key: 'k', versionId: one, condition: placed('older', one) }), 'deleted');
      assert.equal(await outcomeOf(subject, removeMarker), 'removed');
      assert.equal(await outcomeOf(subject, { key: 'k', condition: placed('current', two) }), 'nothing');
    },
  },
  {
    name: 'STO-112 a version that was tagged anew is spared, and a list of versions tells the tags',
    async check(subject) {
      await makeBucket(subject);
      await putText(subject, 'k', 'v');
      const tags = [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ];
      assert.equal(await outcomeOf(subject, { key: 'k', condition: { tags } }), 'PreconditionFailed');
      await subject.objects.setObjectTags(at('k'), tags);
      const { entries } = await subject.objects.listVersions({
        ...{ bucket: photos, prefix: '', delimiter: undefined, after: '', afterVersionId: '', limit: 10 },
      });
      assert.deepEqual(
        entries.map((each) => each.kind === 'entry' && each.entry.tags),
        [tags],
      );
      assert.equal(await outcomeOf(subject, { key: 'k', condition: { tags: [] } }), 'PreconditionFailed');
      assert.equal(await outcomeOf(subject, { key: 'k', condition: { tags: tags.toReversed() } }), 'deleted');
    },
  },
];
