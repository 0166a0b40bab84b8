import Hummingbird
import HummingbirdTLS
import Mustache
package struct WebPlaceholder { package init() {} }
