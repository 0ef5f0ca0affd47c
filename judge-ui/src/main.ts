import { mount } from 'svelte';

import App from './App.svelte';
import './app.css';
import './stage.css';

mount(App, { target: document.body });
