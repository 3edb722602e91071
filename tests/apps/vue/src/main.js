import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import './style.css'
import App from './App.vue'
import HelloWorld from './components/HelloWorld.vue'

const text = (words) => ({ render: () => words })
const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: HelloWorld },
    { path: '/about', component: text('About') },
    { path: '/articles/:name', component: text('Article') },
    { path: '/old', redirect: '/about' },
  ],
})

createApp(App).use(router).mount('#app')
