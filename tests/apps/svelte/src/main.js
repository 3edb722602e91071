import { mount } from 'svelte'
import './app.css'
import Routes from './Routes.svelte'

const app = mount(Routes, {
  target: document.getElementById('app'),
})

export default app
