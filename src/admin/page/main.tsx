import { render } from 'preact'
import { App } from './app.tsx'
import './styles/index.css'

const root = document.getElementById('app')
if (!root) throw new Error('Expected index.html to have an element with the id "app"')
root.replaceChildren()
render(<App />, root)
