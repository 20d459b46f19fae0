import { Files } from './files';

export default function Page() {
  return (
    <main>
      <h1>Uploads</h1>
      <Files />
    </main>
  );
}
