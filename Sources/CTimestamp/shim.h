// What of OpenSSL knows time-stamps, CMS and certificates. Its stacks and some of its functions are
// macros, which Swift does not see: those that are needed stand here as functions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/err.h>
#include <openssl/esserr.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/tserr.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

static inline STACK_OF(X509) *ts_certificates_new(void) { return sk_X509_new_null(); }
static inline int ts_certificates_push(STACK_OF(X509) *all, X509 *one) { return sk_X509_push(all, one); }
static inline void ts_certificates_free(STACK_OF(X509) *all) { sk_X509_pop_free(all, X509_free); }

static inline int ts_infos_count(STACK_OF(X509_INFO) *all) { return sk_X509_INFO_num(all); }
static inline X509 *ts_infos_certificate(STACK_OF(X509_INFO) *all, int i) { return sk_X509_INFO_value(all, i)->x509; }
static inline X509_CRL *ts_infos_list(STACK_OF(X509_INFO) *all, int i) { return sk_X509_INFO_value(all, i)->crl; }
static inline void ts_infos_free(STACK_OF(X509_INFO) *all) { sk_X509_INFO_pop_free(all, X509_INFO_free); }

// The chain that a verification has found so far.
static inline int ts_chain_count(X509_STORE_CTX *context) { return sk_X509_num(X509_STORE_CTX_get0_chain(context)); }
static inline X509 *ts_chain_certificate(X509_STORE_CTX *context, int i) {
    return sk_X509_value(X509_STORE_CTX_get0_chain(context), i);
}

// The context takes over what it is given.
static inline void ts_context_set_certificates(TS_VERIFY_CTX *context, STACK_OF(X509) *all) {
    TS_VERIFY_CTX_set_certs(context, all);
}
static inline void ts_context_set_store(TS_VERIFY_CTX *context, X509_STORE *store) {
    TS_VERIFY_CTX_set_store(context, store);
}
static inline int ts_error_library(unsigned long error) { return ERR_GET_LIB(error); }
static inline int ts_error_reason(unsigned long error) { return ERR_GET_REASON(error); }
