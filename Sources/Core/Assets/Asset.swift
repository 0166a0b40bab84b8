/// Any stored file of an account: an upload, or the output of a job.
package struct Asset {}
