/** Ways to sign in. OpenID will be another entry. */
export interface SignInMethod {
  readonly id: 'token';
  readonly label: string;
}

export const SIGN_IN_METHODS: readonly SignInMethod[] = [{ id: 'token', label: 'Token' }];
