import { mount } from 'svelte';

import '../app.css';
import Researcher from './Researcher.svelte';

mount(Researcher, { target: document.body });
