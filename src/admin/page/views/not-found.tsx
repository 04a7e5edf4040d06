import { SafeText } from '../components/safe-text.tsx'
import { Title } from '../components/title.tsx'
import { hashOf, STREAMS } from '../router.ts'

export function NotFoundView({ hash }: { readonly hash: string }) {
  return (
    <>
      <Title>There is no such view</Title>
      <p>
        The address ends with <SafeText text={hash} class="code" />, which leads nowhere.{' '}
        <a href={hashOf(STREAMS)}>To the streams</a>
      </p>
    </>
  )
}
